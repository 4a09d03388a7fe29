/**
 * The loss of whether a text describes an image.
 *
 * Letters: B batch.
 */
import * as tf from '@tensorflow/tfjs-core';
import { binaryLoss } from './answer-loss.ts';

/**
 * Binary cross-entropy with logits, as PyTorch's `binary_cross_entropy_with_logits`.
 *
 * @param logits - shape [B, 1]
 * @param labels - shape [B], int32: 1 true, 0 false; not differentiated
 * @param smoothing - share of the label that is spread over both
 * @returns shape [B]
 */
export function matchingLoss(logits: tf.Tensor, labels: tf.Tensor, smoothing = 0): tf.Tensor {
  const expected = tf.add(tf.mul(tf.cast(labels, 'float32'), 1 - smoothing), smoothing / 2);
  return binaryLoss(logits, tf.expandDims(expected, 1));
}
