/**
 * A backbone with head, parameters and an input, as checks and tests need them.
 *
 * Letters: B batch.
 */
import type { Backbone, BackboneProvider, Head, HeadKind, HostRecord, ParameterSpec } from '@mdpd/core';
import { hostTensor, sizeOf, upload } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import type { TensorRecord } from '@mdpd/core';
import { ensure } from './check.ts';

/** A model with values that tests can tell apart. */
export interface ModelUnderTest {
  readonly backbone: Backbone;
  readonly head: Head;
  /** Backbone's and head's. */
  readonly specs: readonly ParameterSpec[];
  /** First values with some noise everywhere, so that no norm is the identity and no shift is zero. */
  readonly parameters: HostRecord;
  readonly input: HostRecord;
}

/** Makes B examples for a backbone: the same from the same seed. */
export type InputMaker = (backbone: Backbone, batch: number, seed: number) => HostRecord;

/** How large the model and its input are. */
export interface ModelOptions {
  readonly batch?: number;
  readonly outputs?: number;
  /** Default: `classification`. */
  readonly kind?: HeadKind;
  readonly seed?: number;
  readonly input?: InputMaker;
}

/** A head of a backbone. Throws CheckFailed where it has none. */
function headOf(backbone: Backbone, kind: HeadKind, outputs: number): Head {
  const head = backbone.head(kind, outputs);
  ensure(head !== undefined, `has no head for ${kind}`);
  return head;
}

/**
 * A backbone with a head, parameters with noise everywhere, and an input, all from a seed.
 *
 * @throws CheckFailed where the backbone has no head of that kind
 */
export function modelUnderTest(
  provider: Pick<BackboneProvider, 'initialize'>,
  backbone: Backbone,
  { batch = 3, outputs = 4, kind = 'classification', seed = 1, input = randomInput }: ModelOptions = {},
): ModelUnderTest {
  const head = headOf(backbone, kind, outputs);
  const first = provider.initialize(backbone, createRandom(seed, 'parameters'));
  return {
    backbone,
    head,
    specs: [...backbone.parameters, ...head.parameters],
    parameters: {
      ...perturbed(backbone.parameters, first, 0.1, seed),
      ...perturbed(head.parameters, {}, 0.5, seed),
    },
    input: input(backbone, batch, seed),
  };
}

/** `first` (zeros where it has nothing) plus normal noise of the given deviation. */
function perturbed(
  specs: readonly ParameterSpec[],
  first: HostRecord,
  deviation: number,
  seed: number,
): HostRecord {
  const entries = specs.map(({ name, shape }) => {
    const random = createRandom(seed, `noise ${name}`);
    const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
      return (first[name]?.data[i] ?? 0) + deviation * random.normal();
    });
    return [name, hostTensor(values, shape)] as const;
  });
  return Object.fromEntries(entries);
}

/** Normal values for floats, 0 and 1 for the rest: valid as ids, types and masks of any text model. */
export const randomInput: InputMaker = (backbone, batch, seed) => {
  const entries = Object.entries(backbone.inputs).map(([name, { shape, dtype }]) => {
    const random = createRandom(seed, `input ${name}`);
    const values = Array.from({ length: batch * sizeOf(shape) }, () =>
      dtype === 'float32' ? random.normal() : random.integer(2),
    );
    return [name, hostTensor(values, [batch, ...shape], dtype)] as const;
  });
  return Object.fromEntries(entries);
};

/** Copies tensors to the current backend. The caller disposes them. */
export function uploadAll(record: HostRecord): TensorRecord {
  return Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, upload(tensor)]));
}
