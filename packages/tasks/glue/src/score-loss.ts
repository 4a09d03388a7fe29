/**
 * Losses of scores.
 *
 * Letters: B batch.
 */
import { MdpdError } from '@mdpd/core';
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from '@mdpd/tensor/with-gradient';
import type { TextExamples } from './text-examples.ts';

/**
 * (output − score)² / unit of every example.
 *
 * With the variance of the training scores as `unit` the loss is 1 for a model that always answers their mean, whatever
 * scale they have: as large as the cross entropy of classes, with which methods' other losses are in balance. Outputs
 * themselves are on the scale of the scores.
 *
 * @param output - shape [B, 1]
 * @param score - shape [B] or [B, 1]; not differentiated
 * @returns shape [B]
 */
export function squaredError(output: tf.Tensor, score: tf.Tensor, unit: number): tf.Tensor {
  return withGradient(
    { output },
    (save) => {
      const rows = output.shape[0]!;
      const difference = tf.sub(tf.reshape(output, [rows]), tf.reshape(score, [rows]));
      save(difference);
      return tf.mul(tf.square(difference), 1 / unit);
    },
    (dy, difference) => ({
      output: () => tf.reshape(tf.mul(tf.mul(dy, difference!), 2 / unit), output.shape),
    }),
  );
}

/** Variance of scores; 0 where all are equal. */
export function varianceOf(size: number, score: (index: number) => number): number {
  let [mean, squares] = [0, 0];
  // Welford's way: the mean may be large beside the spread.
  for (let index = 0; index < size; index++) {
    const value = score(index);
    const off = value - mean;
    mean += off / (index + 1);
    squares += off * (value - mean);
  }
  return size > 0 ? squares / size : 0;
}

/** Unit of squared errors: the variance of training scores. Throws DATA_CLASSES where they are all equal. */
export function scoreUnit({ size, label, origin }: TextExamples): number {
  const unit = varianceOf(size, label);
  if (unit > 0) return unit;
  throw new MdpdError(
    'DATA_CLASSES',
    `all ${size} scores of ${origin} are equal: there is nothing to learn`,
    {
      place: 'data.train',
      exitCode: 2,
    },
  );
}
