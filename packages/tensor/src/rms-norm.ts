/**
 * Root mean square normalization over the last axis (Zhang and Sennrich 2019): no mean, no shift.
 *
 * Letters: D width.
 *
 * One operation with a gradient in closed form: for the backward pass it keeps x and the scale, and recomputes the rest.
 */
import * as tf from '@tensorflow/tfjs-core';
import { intrinsic } from './intrinsic.ts';
import { withGradient } from './with-gradient.ts';

interface Normalized {
  /** x · inverse, [..., D]. */
  readonly y: tf.Tensor;
  /** 1 / √(mean of squares + ε), [..., 1]. */
  readonly inverse: tf.Tensor;
}

function normalizeRows(x: tf.Tensor, epsilon: number): Normalized {
  const [y, inverse] = intrinsic('MdpdRmsNorm', { x }, { epsilon }, () => {
    const size = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
    return [tf.mul(x, size), size];
  });
  return { y: y!, inverse: inverse! };
}

/**
 * x / √(mean(x²) + epsilon) · gamma over the last axis.
 *
 * @param x - shape [..., D]
 * @param gamma - shape [D]
 * @returns shape [..., D]
 */
export function rmsNorm(x: tf.Tensor, gamma: tf.Tensor, epsilon: number): tf.Tensor {
  return withGradient(
    { x, gamma },
    (save) => {
      save(x, gamma);
      const [y] = intrinsic('MdpdRmsNorm', { x, gamma }, { epsilon }, () => [
        tf.mul(normalizeRows(x, epsilon).y, gamma),
      ]);
      return y!;
    },
    (dy, savedX, savedGamma) => ({
      x: () => {
        const { y, inverse } = normalizeRows(savedX!, epsilon);
        const g = tf.mul(dy, savedGamma!);
        return tf.mul(tf.sub(g, tf.mul(y, tf.mean(tf.mul(g, y), -1, true))), inverse);
      },
      gamma: () => {
        const leading = [...Array(dy.rank - 1).keys()];
        return tf.sum(tf.mul(dy, normalizeRows(savedX!, epsilon).y), leading);
      },
    }),
  );
}
