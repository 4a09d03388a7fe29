/**
 * Logits of two models together.
 *
 * Letters: C classes.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Keeps logarithms finite. */
const smallestShare = 1e-12;

const logOfMean = (first: tf.Tensor, second: tf.Tensor): tf.Tensor =>
  tf.log(tf.maximum(tf.mul(tf.add(first, second), 0.5), smallestShare));

/**
 * T·log of the mean of both distributions at temperature T, so that softmax(·/T) is that mean.
 *
 * @param first - shape [..., C]
 * @param second - shape [..., C]
 * @param temperature - T
 * @returns shape [..., C]
 */
export function meanDistribution(first: tf.Tensor, second: tf.Tensor, temperature: number): tf.Tensor {
  const share = (logits: tf.Tensor): tf.Tensor => tf.softmax(tf.div(logits, temperature));
  return tf.mul(logOfMean(share(first), share(second)), temperature);
}

/**
 * T·logit of the mean of both probabilities of every output at temperature T, so that σ(·/T) is that mean.
 *
 * @param first - any shape
 * @param second - the same shape
 * @param temperature - T
 * @returns the same shape
 */
export function meanProbability(first: tf.Tensor, second: tf.Tensor, temperature: number): tf.Tensor {
  const share = (logits: tf.Tensor, sign: number): tf.Tensor =>
    tf.sigmoid(tf.mul(logits, sign / temperature));
  // 1 − σ(x) = σ(−x), which keeps its digits where σ(x) rounds to 1.
  const [yes, no] = [1, -1].map((sign) => logOfMean(share(first, sign), share(second, sign)));
  return tf.mul(tf.sub(yes!, no!), temperature);
}
