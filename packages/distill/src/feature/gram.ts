/**
 * Feature distillation in Gram form: the squared distance between a projected code and a teacher feature without
 * ever building the projection.
 *
 * Letters: B batch, N tokens, D backbone width, d code width.
 *
 * With Z the code, U = M_up and T the teacher feature:
 * ‖Z·U − T‖² = ⟨Z·G, Z⟩ − 2⟨Z, T·Uᵀ⟩ + ‖T‖², G = U·Uᵀ [d, d].
 * T = (h − μ)/σ is the tap normalised over D, so T·Uᵀ = (h·Uᵀ − μ·(U·1)ᵀ)/σ: the tap itself, which is kept anyway,
 * is all of width D that the loss touches.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Floor of the variance; as small as the ViT norms' own. */
const epsilon = 1e-6;

/** Mean and reciprocal deviation of every token over its D values, each [rows, 1]. */
function rowStatistics(tap: tf.Tensor2D): { mean: tf.Tensor2D; inverse: tf.Tensor2D } {
  const mean = tf.mean(tap, 1, true) as tf.Tensor2D;
  const variance = tf.tidy(() => tf.mean(tf.square(tf.sub(tap, mean)), 1, true)) as tf.Tensor2D;
  return { mean, inverse: tf.rsqrt(tf.add(variance, epsilon)) };
}

/**
 * Mean over B·N·D of (Z·U − T)². Differentiable in `code` and `up`; the tap is a constant.
 *
 * @param code Z, [B, N, d]
 * @param up U, [d, D]
 * @param tap h, hidden state of the backbone [B, N, D]
 */
export function gramFeatureLoss(code: tf.Tensor, up: tf.Tensor2D, tap: tf.Tensor): tf.Scalar {
  const width = up.shape[1];
  const z = tf.reshape(code, [-1, up.shape[0]]) as tf.Tensor2D;
  const h = tf.reshape(tap, [-1, width]) as tf.Tensor2D;
  const rows = h.shape[0];
  const { mean, inverse } = rowStatistics(h);
  const gram = tf.matMul(up, up, false, true);
  const quadratic = tf.sum(tf.mul(tf.matMul(z, gram), z));
  const upSums = tf.reshape(tf.sum(up, 1), [1, -1]);
  const cross = tf.mul(tf.sub(tf.matMul(h, up, false, true), tf.mul(mean, upSums)), inverse);
  // ‖T‖² of a row is D·var/(var + ε) = D·(1 − ε/σ²).
  const norm = tf.mul(tf.sum(tf.sub(1, tf.mul(epsilon, tf.square(inverse)))), width);
  const total = tf.add(tf.sub(quadratic, tf.mul(2, tf.sum(tf.mul(z, cross)))), norm);
  return tf.div(total, rows * width) as tf.Scalar;
}

/** The same loss the direct way, with [B, N, D] projections: the reference that tests compare with. */
export function directFeatureLoss(code: tf.Tensor, up: tf.Tensor2D, tap: tf.Tensor): tf.Scalar {
  const z = tf.reshape(code, [-1, up.shape[0]]) as tf.Tensor2D;
  const h = tf.reshape(tap, [-1, up.shape[1]]) as tf.Tensor2D;
  const { mean, inverse } = rowStatistics(h);
  const teacher = tf.mul(tf.sub(h, mean), inverse);
  return tf.mean(tf.square(tf.sub(tf.matMul(z, up), teacher))) as tf.Scalar;
}
