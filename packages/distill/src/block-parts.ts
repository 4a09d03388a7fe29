/**
 * A block on some of a batch's examples at a time, where what it makes of all together would need much memory: examples
 * do not influence each other. What belongs to an example then stands one below the other, and gradients of parameters
 * add up.
 *
 * Letters: B batch, N tokens, D width.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Params, State, TensorRecord } from '@mdpd/core';
import { recompute } from '@mdpd/tensor/recompute';
import { partSizes, type PartLimits } from './part-sizes.ts';

type Divisible = Pick<Backbone, 'streams' | 'perExample'>;

/**
 * Of a part's hidden state [B, N, D]. Measured on a step of ViLT (12 × 768, 240 tokens, batch 8), norms with recompute: 210
 * MB of values undivided, 150 in two parts, 120 in four.
 */
export const usualLimits: PartLimits = { bytes: 2 * 2 ** 20, parts: 4 };

/** Beside a side network, whose values are there too: every part adds nodes, which have their memory as well. */
export const limitsBesideSide: PartLimits = { bytes: 3 * 2 ** 20, parts: 4 };

/** How many examples are in every part in which a block runs; all of them in one where it cannot be divided. */
export function partsOfBlock(
  { streams, perExample }: Divisible,
  before: State,
  limits: PartLimits = usualLimits,
): readonly number[] {
  const states = Object.keys(streams).map((name) => before[name]!);
  const batch = states[0]!.shape[0]!;
  if (!perExample) return [batch];
  return partSizes(batch, Math.max(...states.map(({ size }) => (4 * size) / batch)), limits);
}

/** For every part the rows of those entries of a state that have rows for examples. */
function rowsOf(
  { streams, perExample = [] }: Divisible,
  record: State,
  sizes: readonly number[],
): TensorRecord[] {
  const split = Object.entries(record)
    .filter(([name]) => name in streams || perExample.includes(name))
    .map(([name, tensor]) => [name, tf.split(tensor, [...sizes])] as const);
  return sizes.map((_, part) => Object.fromEntries(split.map(([name, rows]) => [name, rows[part]!])));
}

/**
 * h_{index+1} from h_index, part by part where it is large; what it is made of is freed. Not for differentiation: all
 * parts would be kept.
 */
export function runBlock(
  backbone: Backbone,
  params: Params,
  index: number,
  before: State,
  limits?: PartLimits,
): State {
  const sizes = partsOfBlock(backbone, before, limits);
  if (sizes.length === 1) return tf.tidy(() => backbone.block(params, index, before) as TensorRecord);
  return tf.tidy(() => {
    const parts = rowsOf(backbone, before, sizes).map((rows) =>
      tf.tidy(() => {
        const after = backbone.block(params, index, { ...before, ...rows });
        const changed = Object.keys(backbone.streams).filter((name) => after[name] !== rows[name]);
        return Object.fromEntries(changed.map((name) => [name, after[name]!]));
      }),
    );
    const names = Object.keys(parts[0]!);
    const joined = names.map((name) => [name, tf.concat(parts.map((part) => part[name]!))] as const);
    return { ...before, ...Object.fromEntries(joined) } as TensorRecord;
  });
}

/** A part of what has rows for examples; `before` also has entries that are the same for all. */
export interface Part {
  readonly before: State;
  readonly cotangents: TensorRecord;
}

/**
 * Gradients of a block for all examples, from those for each part. Frees what it made.
 *
 * @param gradientsOf - gradients by name: of streams for each row, of parameters for all rows together
 */
export function gradientsByParts(
  backbone: Divisible,
  { before, cotangents }: Part,
  sizes: readonly number[],
  gradientsOf: (part: Part) => TensorRecord,
): TensorRecord {
  return tf.tidy(() => {
    // Cut again: the rows of the forward pass would be kept beside the whole states.
    const states = recompute(() => rowsOf(backbone, before, sizes));
    const given = rowsOf(backbone, cotangents, sizes);
    const parts = sizes.map((_, part) =>
      gradientsOf({ before: { ...before, ...states[part] }, cotangents: given[part]! }),
    );
    return Object.fromEntries(
      Object.keys(parts[0]!).map((name) => {
        const gradients = parts.map((part) => part[name]!);
        return [name, name in backbone.streams ? tf.concat(gradients) : tf.addN(gradients)];
      }),
    );
  });
}
