/**
 * Losses of every example.
 *
 * Letters: B batch, C classes.
 */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/**
 * −Σ t·log softmax(logits) with the target t = (1 − smoothing)·onehot + smoothing/C, as PyTorch's `cross_entropy`.
 *
 * @param logits - shape [B, C]
 * @param labels - shape [B], int32 in [0, C); not differentiated
 * @returns shape [B]
 */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor, smoothing = 0): tf.Tensor {
  const classes = logits.shape[1]!;
  const low = smoothing / classes;
  const target = (): tf.Tensor =>
    tf.oneHot(labels as tf.Tensor1D, classes, 1 - smoothing + low, low, 'float32');
  return withGradient(
    { logits },
    (save) => {
      const logProbabilities = tf.logSoftmax(logits);
      const expected = target();
      save(logProbabilities, expected);
      return tf.neg(tf.sum(tf.mul(expected, logProbabilities), -1));
    },
    (dy, logProbabilities, expected) => ({
      logits: () => tf.mul(tf.expandDims(dy, 1), tf.sub(tf.exp(logProbabilities!), expected!)),
    }),
  );
}

/**
 * T² · KL(softmax(teacher/T) ‖ softmax(student/T)) (Hinton et al. 2015). The teacher is not differentiated.
 *
 * @param student - shape [B, C]
 * @param teacher - shape [B, C]
 * @param temperature - T
 * @returns shape [B]
 */
export function distillationKl(student: tf.Tensor, teacher: tf.Tensor, temperature: number): tf.Tensor {
  return withGradient(
    { student },
    (save) => {
      const logStudent = tf.logSoftmax(tf.div(student, temperature));
      const logTeacher = tf.logSoftmax(tf.div(teacher, temperature));
      const expected = tf.exp(logTeacher);
      save(logStudent, expected);
      const divergence = tf.sum(tf.mul(expected, tf.sub(logTeacher, logStudent)), -1);
      return tf.mul(divergence, temperature * temperature);
    },
    (dy, logStudent, expected) => ({
      student: () =>
        tf.mul(tf.expandDims(tf.mul(dy, temperature), 1), tf.sub(tf.exp(logStudent!), expected!)),
    }),
  );
}
