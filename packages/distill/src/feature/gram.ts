/**
 * Feature distillation in Gram form: the squared distance between a projected code and a teacher feature without
 * ever building the projection.
 *
 * Letters: B batch, N tokens, D backbone width, d code width.
 *
 * With Z the code, U = M_up and T the teacher feature:
 * ‖Z·U − T‖² = ⟨Z·G, Z⟩ − 2⟨Z, T·Uᵀ⟩ + ‖T‖², G = U·Uᵀ [d, d].
 * T is the tap normalised over D; the tap itself is all of width D that the loss touches (tap-projection.ts). Where
 * some tokens are padding, every sum over rows leaves theirs out.
 */
import * as tf from '@tensorflow/tfjs-core';
import { projectNormalized, rowStatistics, tapEpsilon } from './tap-projection.ts';

/**
 * Mean over the tokens' D values of (Z·U − T)². Differentiable in `code` and `up`; the tap is a constant.
 *
 * @param code Z, [B, N, d]
 * @param up U, [d, D]
 * @param tap h, hidden state of the backbone [B, N, D]
 * @param mask [B, N], 1 or 0 (padding); absent: all are tokens
 */
export function gramFeatureLoss(
  code: tf.Tensor,
  up: tf.Tensor2D,
  tap: tf.Tensor,
  mask?: tf.Tensor,
): tf.Scalar {
  const width = up.shape[1];
  const z = tf.reshape(code, [-1, up.shape[0]]) as tf.Tensor2D;
  const h = tf.reshape(tap, [-1, width]) as tf.Tensor2D;
  const rows = h.shape[0];
  const statistics = rowStatistics(h);
  const weight = mask && tf.reshape(mask, [-1, 1]);
  const counted = (x: tf.Tensor): tf.Tensor => (weight ? tf.mul(x, weight) : x);
  const gram = tf.matMul(up, up, false, true);
  const quadratic = tf.sum(tf.mul(tf.matMul(z, gram), counted(z)));
  const cross = projectNormalized(h, up, statistics);
  // ‖T‖² of a row is D·σ²/(σ² + ε) = D·(1 − ε·inverse²).
  const shares = tf.sub(1, tf.mul(tapEpsilon, tf.square(statistics.inverse)));
  const norm = tf.mul(tf.sum(counted(shares)), width);
  const total = tf.add(tf.sub(quadratic, tf.mul(2, tf.sum(tf.mul(counted(z), cross)))), norm);
  return tf.div(total, weight ? tf.mul(countOf(weight), width) : rows * width) as tf.Scalar;
}

/** How many tokens there are; at least one, so that a mean over none is zero. */
const countOf = (weight: tf.Tensor): tf.Tensor => tf.maximum(tf.sum(weight), 1);

/** The same loss the direct way, with [B, N, D] projections: the reference that tests compare with. */
export function directFeatureLoss(
  code: tf.Tensor,
  up: tf.Tensor2D,
  tap: tf.Tensor,
  mask?: tf.Tensor,
): tf.Scalar {
  const z = tf.reshape(code, [-1, up.shape[0]]) as tf.Tensor2D;
  const h = tf.reshape(tap, [-1, up.shape[1]]) as tf.Tensor2D;
  const { mean, inverse } = rowStatistics(h);
  const teacher = tf.mul(tf.sub(h, mean), inverse);
  const squares = tf.square(tf.sub(tf.matMul(z, up), teacher));
  if (!mask) return tf.mean(squares) as tf.Scalar;
  const weight = tf.reshape(mask, [-1, 1]);
  return tf.div(tf.sum(tf.mul(squares, weight)), tf.mul(countOf(weight), up.shape[1])) as tf.Scalar;
}
