/**
 * The linear layer.
 *
 * Letters: I inputs, O outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/**
 * x · weightᵀ + bias, as PyTorch's `Linear`.
 *
 * @param x - shape [..., I]
 * @param weight - shape [O, I], Hugging Face's layout
 * @param bias - shape [O]
 * @returns shape [..., O]
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const inputs = weight.shape[1]!;
  const outputs = weight.shape[0]!;
  const { shape } = x;
  const rows = (t: tf.Tensor, width: number): tf.Tensor => tf.reshape(t, [-1, width]);
  return withGradient(
    { x, weight, ...(bias ? { bias } : {}) },
    (save) => {
      save(x, weight);
      const product = tf.matMul(rows(x, inputs), weight, false, true);
      return tf.reshape(bias ? tf.add(product, bias) : product, [...shape.slice(0, -1), outputs]);
    },
    (dy, savedX, savedWeight) => ({
      x: () => tf.reshape(tf.matMul(rows(dy, outputs), savedWeight!), shape),
      weight: () => tf.matMul(rows(dy, outputs), rows(savedX!, inputs), true, false),
      bias: () => tf.sum(rows(dy, outputs), 0),
    }),
  );
}
