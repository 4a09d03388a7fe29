/**
 * Feature distillation in Gram form: the squared distance between a projected code and a teacher feature without
 * ever building the projection.
 *
 * Letters: B batch, N tokens, D backbone width, d code width.
 *
 * With Z the code, U = M_up and T the teacher feature:
 * ‖Z·U − T‖² = ⟨Z·G, Z⟩ − 2⟨Z, T·Uᵀ⟩ + ‖T‖², G = U·Uᵀ [d, d].
 * T is the tap normalised over D; the tap itself is all of width D that the loss touches (tap-projection.ts).
 */
import * as tf from '@tensorflow/tfjs-core';
import { projectNormalized, rowStatistics, tapEpsilon } from './tap-projection.ts';

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
  const statistics = rowStatistics(h);
  const gram = tf.matMul(up, up, false, true);
  const quadratic = tf.sum(tf.mul(tf.matMul(z, gram), z));
  const cross = projectNormalized(h, up, statistics);
  // ‖T‖² of a row is D·σ²/(σ² + ε) = D·(1 − ε·inverse²).
  const norm = tf.mul(tf.sum(tf.sub(1, tf.mul(tapEpsilon, tf.square(statistics.inverse)))), width);
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
