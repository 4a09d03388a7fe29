/** The names that the pickle of a checkpoint may use, and what they stand for. This list is the whole of it. */
import type { StoredDtype } from '../tensor-values.ts';
import type { Vocabulary } from './pickle-machine.ts';
import { describe, isKind, type PickleGlobal, type PickleValue } from './pickle-values.ts';
import { invalid, unsafe } from './torch-errors.ts';

const storages: Readonly<Record<string, StoredDtype | 'bytes'>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  // Of the types without a storage of their own.
  'torch.storage.UntypedStorage': 'bytes',
};

const dtypes: Readonly<Record<string, StoredDtype>> = {
  'torch.uint16': 'U16',
  'torch.uint32': 'U32',
  'torch.uint64': 'U64',
};

type Call = NonNullable<PickleGlobal['call']>;

/** `OrderedDict()`, or with a list of pairs, as Python 2 wrote it. */
const orderedDict: Call = (args, file) => {
  const entries = new Map<PickleValue, PickleValue>();
  const [pairs] = args;
  if (pairs !== undefined && !isKind(pairs, 'list')) {
    throw invalid(file, `an OrderedDict is made of ${describe(pairs)}`, 'a list of pairs');
  }
  for (const pair of pairs?.items ?? []) {
    const [key, value] = isKind(pair, 'list') || isKind(pair, 'tuple') ? pair.items : [];
    if (key === undefined || value === undefined) {
      throw invalid(file, `an OrderedDict is made of ${describe(pair)}`, 'a list of pairs');
    }
    if (entries.has(key)) throw invalid(file, 'an OrderedDict has a key twice');
    entries.set(key, value);
  }
  return { kind: 'dict', ordered: true, entries };
};

/** Views that are negated or conjugated when they are read are no plain values. */
function refuseMetadata(metadata: PickleValue | undefined, file: string): void {
  const plain =
    metadata === undefined || metadata === null || (isKind(metadata, 'dict') && metadata.entries.size === 0);
  if (!plain) throw invalid(file, 'a tensor has metadata, so its values are not those that are stored');
}

const rebuildTensor: Call = (args, file) => {
  const [storage, offset, shape, strides, , , metadata] = args;
  if (!isKind(storage, 'storage') || storage.type === 'bytes') {
    throw invalid(file, `a tensor is made of ${describe(storage)}`, 'a storage with a type');
  }
  return tensor([storage, offset, shape, strides], storage.type, metadata, file);
};

/** With a type of the tensor's own: the storage is bytes. */
const rebuildTyped: Call = (args, file) => {
  const [storage, offset, shape, strides, , , dtype, metadata] = args;
  if (!isKind(dtype, 'global') || dtype.dtype === undefined) {
    throw invalid(file, `a tensor has the type ${describe(dtype)}`, Object.keys(dtypes).join(', '));
  }
  return tensor([storage, offset, shape, strides], dtype.dtype, metadata, file);
};

function tensor(
  [storage, offset, shape, strides]: readonly (PickleValue | undefined)[],
  dtype: StoredDtype,
  metadata: PickleValue | undefined,
  file: string,
): PickleValue {
  refuseMetadata(metadata, file);
  if (!isKind(storage, 'storage'))
    throw invalid(file, `a tensor is made of ${describe(storage)}`, 'a storage');
  if (!isKind(shape, 'tuple') || !isKind(strides, 'tuple')) {
    const what = `${describe(shape)} and ${describe(strides)}`;
    throw invalid(file, `a tensor has ${what} for its shape and strides`, 'two tuples');
  }
  return {
    kind: 'tensor',
    storage,
    dtype,
    offset: offset ?? null,
    shape: shape.items,
    strides: strides.items,
  };
}

const rebuildParameter: Call = ([data], file) => {
  if (!isKind(data, 'tensor')) throw invalid(file, `a parameter is made of ${describe(data)}`, 'a tensor');
  return data;
};

/** What stands beside the tensors in a file of a training script; never looked into. */
const opaque = ['argparse.Namespace', 'torch.device', 'torch.Size'];

function named(name: string, rest: Omit<PickleGlobal, 'kind' | 'name'>): readonly [string, PickleGlobal] {
  return [name, { kind: 'global', name, ...rest }];
}

const globals: ReadonlyMap<string, PickleGlobal> = new Map([
  named('collections.OrderedDict', { call: orderedDict }),
  named('torch._utils._rebuild_tensor', { call: rebuildTensor }),
  named('torch._utils._rebuild_tensor_v2', { call: rebuildTensor }),
  named('torch._utils._rebuild_tensor_v3', { call: rebuildTyped }),
  named('torch._utils._rebuild_parameter', { call: rebuildParameter }),
  ...Object.entries(storages).map(([name, storage]) => named(name, { storage })),
  ...Object.entries(dtypes).map(([name, dtype]) => named(name, { dtype })),
  ...opaque.map((name) => named(name, { opaque: true, call: () => ({ kind: 'opaque', name }) })),
]);

/** `('storage', type, key, device, size)`; the legacy format adds a view, which nothing has written since 2017. */
function persistentStorage(id: PickleValue, file: string): PickleValue {
  const items = isKind(id, 'tuple') ? id.items : [];
  const [word, type, key, , size, view] = items;
  if (word !== 'storage') throw unsafe(file, `its pickle asks for the object ${describe(word)}`);
  if (!isKind(type, 'global') || type.storage === undefined) {
    throw invalid(file, `a storage is of type ${describe(type)}`, Object.keys(storages).join(', '));
  }
  if (typeof key !== 'string') throw invalid(file, `a storage has ${describe(key)} for its key`, 'a text');
  if (!Number.isSafeInteger(size) || (size as number) < 0) {
    throw invalid(file, `a storage has ${describe(size)} values`, 'an integer from 0');
  }
  if (view !== undefined && view !== null) throw invalid(file, 'a storage is a part of another one', 'None');
  return { kind: 'storage', key, type: type.storage, size: size as number };
}

export const torchVocabulary: Vocabulary = { globals, persistent: persistentStorage };
