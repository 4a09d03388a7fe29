/** What the pickle of a checkpoint can hold. Everything else is refused. */
import type { StoredDtype } from '../tensor-values.ts';

export type PickleValue = null | boolean | number | bigint | string | PickleObject;

export type PickleObject =
  PickleTuple | PickleList | PickleDict | PickleGlobal | TorchStorage | TorchTensor | Opaque;

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

export interface PickleList {
  readonly kind: 'list';
  readonly items: PickleValue[];
}

/** A dict, or an OrderedDict. */
export interface PickleDict {
  readonly kind: 'dict';
  readonly ordered: boolean;
  readonly entries: Map<PickleValue, PickleValue>;
}

/** A class or function that is allowed. It stands for code of ours, never for the one of that name. */
export interface PickleGlobal {
  readonly kind: 'global';
  /** `collections.OrderedDict` */
  readonly name: string;
  /** What calling it gives; absent: it may only be named. */
  readonly call?: (args: readonly PickleValue[], file: string) => PickleValue;
  /** Its instances are opaque. */
  readonly opaque?: boolean;
  /** Of a storage class: the type of its values, or bytes that a tensor gives a type. */
  readonly storage?: StoredDtype | 'bytes';
  /** Of `torch.uint16` and the like. */
  readonly dtype?: StoredDtype;
}

/** Values on disk, that any number of tensors view. */
export interface TorchStorage {
  readonly kind: 'storage';
  readonly key: string;
  readonly type: StoredDtype | 'bytes';
  /** Number of values, as the pickle says. */
  readonly size: number;
}

/** A view of a storage as the pickle says: not checked yet. */
export interface TorchTensor {
  readonly kind: 'tensor';
  readonly storage: TorchStorage;
  readonly dtype: StoredDtype;
  readonly offset: PickleValue;
  readonly shape: readonly PickleValue[];
  readonly strides: readonly PickleValue[];
}

/** Something that is not looked into: an `argparse.Namespace` beside the tensors. */
export interface Opaque {
  readonly kind: 'opaque';
  readonly name: string;
}

export function isKind<K extends PickleObject['kind']>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleObject, { kind: K }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

/** A few words about a value, for messages. */
export function describe(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return String(value).slice(0, 30);
  if (value.kind === 'global' || value.kind === 'opaque') return value.name;
  return `a ${value.kind}`;
}
