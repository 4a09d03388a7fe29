/** The examples of one step: labelled ones, then unlabelled ones, as one batch with one pass through the backbone. */
import * as tf from '@tensorflow/tfjs-core';
import type { StepInput, TensorRecord } from '@mdpd/core';

export interface StepBatch {
  /** Inputs [B + U, …]. */
  readonly all: Readonly<TensorRecord>;
  /** B, labelled examples. */
  readonly rows: number;
}

/** B of a batch's inputs. */
export function batchOf(input: Readonly<TensorRecord>): number {
  return Object.values(input)[0]!.shape[0]!;
}

export function stepBatch({ input, extra }: StepInput): StepBatch {
  const rows = batchOf(input);
  const unlabelled = extra['unlabelled'];
  if (!unlabelled) return { all: input, rows };
  const joined = Object.entries(input).map(([name, tensor]) => [
    name,
    tf.concat([tensor, unlabelled[name]!], 0),
  ]);
  return { all: Object.fromEntries(joined) as TensorRecord, rows };
}

/** The first `rows` rows of logits, [rows, C] or [rows, N, C]. */
export function firstRows(logits: tf.Tensor, rows: number): tf.Tensor {
  if (logits.shape[0] === rows) return logits;
  const [, ...rest] = logits.shape;
  return tf.slice(logits, [0, ...rest.map(() => 0)], [rows, ...rest.map(() => -1)]);
}
