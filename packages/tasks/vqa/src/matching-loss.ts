/**
 * Losses of whether a text describes an image.
 *
 * Letters: B batch.
 */
import { withGradient } from '@mdpd/tensor/with-gradient';
import * as tf from '@tensorflow/tfjs-core';

/** softplus(x) − x·p, which is −p·log σ(x) − (1−p)·log σ(−x), without overflow. */
const entropy = (logits: tf.Tensor, p: tf.Tensor): tf.Tensor =>
  tf.sub(tf.add(tf.relu(logits), tf.log1p(tf.exp(tf.neg(tf.abs(logits))))), tf.mul(logits, p));

const column = (values: tf.Tensor): tf.Tensor => tf.reshape(values, [-1]);

/**
 * Binary cross-entropy with logits, as PyTorch's `binary_cross_entropy_with_logits`.
 *
 * @param logits - shape [B, 1]
 * @param labels - shape [B], int32: 1 true, 0 false; not differentiated
 * @param smoothing - share of the label that is spread over both
 * @returns shape [B]
 */
export function matchingLoss(logits: tf.Tensor, labels: tf.Tensor, smoothing = 0): tf.Tensor {
  return withGradient(
    { logits },
    (save) => {
      const expected = tf.add(tf.mul(tf.cast(labels, 'float32'), 1 - smoothing), smoothing / 2);
      save(logits, expected);
      return entropy(column(logits), expected);
    },
    (dy, x, expected) => ({
      logits: () => tf.expandDims(tf.mul(dy, tf.sub(tf.sigmoid(column(x!)), expected!)), 1),
    }),
  );
}

/**
 * T² · KL(σ(teacher/T) ‖ σ(student/T)). The teacher is not differentiated.
 *
 * @param student - shape [B, 1]
 * @param teacher - shape [B, 1]
 * @param temperature - T
 * @returns shape [B]
 */
export function matchingDistillation(student: tf.Tensor, teacher: tf.Tensor, temperature: number): tf.Tensor {
  return withGradient(
    { student },
    (save) => {
      const [s, t] = [student, teacher].map((logits) => tf.div(column(logits), temperature)) as [
        tf.Tensor,
        tf.Tensor,
      ];
      const expected = tf.sigmoid(t);
      save(s, expected);
      return tf.mul(tf.sub(entropy(s, expected), entropy(t, expected)), temperature * temperature);
    },
    (dy, s, expected) => ({
      student: () => tf.expandDims(tf.mul(tf.mul(dy, temperature), tf.sub(tf.sigmoid(s!), expected!)), 1),
    }),
  );
}
