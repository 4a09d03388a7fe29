/**
 * Projections of a normalised hidden state that keep nothing of its width but the hidden state itself.
 *
 * Letters: B batch, N tokens, D backbone width, O outputs.
 *
 * With T = (h − μ)/σ over D: T·Wᵀ = (h·Wᵀ − μ·(W·1)ᵀ)/σ. The tap h is kept anyway, so the normalised copy, another
 * B·N·D a layer, is never built.
 */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from '@mdpd/tensor/with-gradient';

/** Floor of the variance. */
export const tapEpsilon = 1e-6;

export interface RowStatistics {
  /** μ of every token, [B·N, 1]. */
  readonly mean: tf.Tensor2D;
  /** 1/√(σ² + ε) of every token, [B·N, 1]. */
  readonly inverse: tf.Tensor2D;
}

/** Of `tap` as rows, [B·N, D]. Constants: what they are computed from, of width D, is not kept for a backward pass. */
export function rowStatistics(tap: tf.Tensor2D): RowStatistics {
  const constant = (compute: () => tf.Tensor): tf.Tensor2D =>
    withGradient({}, compute, () => ({})) as tf.Tensor2D;
  const mean = constant(() => tf.mean(tap, 1, true));
  const inverse = constant(() => {
    const variance = tf.mean(tf.square(tf.sub(tap, mean)), 1, true);
    return tf.rsqrt(tf.add(variance, tapEpsilon));
  });
  return { mean, inverse };
}

/**
 * T·Wᵀ, [B·N, O]. Differentiable in the weight; the tap is a constant.
 *
 * @param tap h as rows, [B·N, D]
 * @param weight W, [O, D]
 */
export function projectNormalized(
  tap: tf.Tensor2D,
  weight: tf.Tensor2D,
  { mean, inverse }: RowStatistics = rowStatistics(tap),
): tf.Tensor2D {
  return withGradient(
    { weight },
    (save) => {
      save(tap, mean, inverse);
      const sums = tf.reshape(tf.sum(weight, 1), [1, -1]);
      return tf.mul(tf.sub(tf.matMul(tap, weight, false, true), tf.mul(mean, sums)), inverse);
    },
    (dy, h, mu, reciprocal) => ({
      weight: () => {
        // dW = (dy/σ)ᵀ·(h − μ), with the mean subtracted after the product.
        const scaled = tf.mul(dy, reciprocal!);
        return tf.sub(tf.matMul(scaled, h!, true, false), tf.matMul(scaled, mu!, true, false));
      },
    }),
  ) as tf.Tensor2D;
}
