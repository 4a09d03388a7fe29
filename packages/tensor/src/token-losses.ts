/**
 * Losses over the tokens of a text: of every example the mean over those that have a label.
 *
 * Letters: B batch, T tokens, V vocabulary, R rows (B·T).
 *
 * As `losses.ts`, but nothing as large as the logits is made of the labels before the backward pass.
 */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/** Label of a token that does not count, as PyTorch's `ignore_index`. */
export const noLabel = -100;

/** [B, T]: the share of every token in the mean of its example; 0 without a label. */
function shares(labels: tf.Tensor): tf.Tensor {
  const counts = tf.cast(tf.greaterEqual(labels, tf.scalar(0, 'int32')), 'float32');
  return tf.div(counts, tf.maximum(tf.sum(counts, 1, true), 1));
}

/** [R], each at least 0: a class of some sort for tokens without a label. */
const classes = (labels: tf.Tensor): tf.Tensor => tf.reshape(tf.maximum(labels, tf.scalar(0, 'int32')), [-1]);

/** Σ share · loss over the tokens of an example, [B], from losses [R]. */
const meanOf = (losses: tf.Tensor, share: tf.Tensor): tf.Tensor =>
  tf.sum(tf.mul(tf.reshape(losses, share.shape), share), 1);

/** What the gradient of a row is multiplied by, [R, 1], from the gradients of examples [B]. */
const rowFactors = (dy: tf.Tensor, share: tf.Tensor): tf.Tensor =>
  tf.reshape(tf.mul(share, tf.expandDims(dy, 1)), [-1, 1]);

/** [R] of a matrix [R, V]: the number in column `columns[r]`. */
function pick(matrix: tf.Tensor, columns: tf.Tensor): tf.Tensor {
  const [rows, width] = matrix.shape as [number, number];
  const starts = tf.tensor1d(
    Int32Array.from({ length: rows }, (_, row) => row * width),
    'int32',
  );
  return tf.gather(tf.reshape(matrix, [-1]), tf.add(starts, columns) as tf.Tensor1D);
}

/**
 * −Σ t·log softmax(logits) with the target t = (1 − smoothing)·onehot + smoothing/V, averaged over an example's labels.
 *
 * @param logits - shape [B, T, V]
 * @param labels - shape [B, T], int32 in [0, V), or −100 where a token does not count; not differentiated
 * @returns shape [B]; 0 for an example without any label
 */
export function tokenCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, smoothing = 0): tf.Tensor {
  const { shape } = logits;
  const words = shape[2]!;
  const low = smoothing / words;
  return withGradient(
    { logits },
    (save) => {
      const logs = tf.logSoftmax(tf.reshape(logits, [-1, words]));
      const share = shares(labels);
      save(logs, share, labels);
      const right = tf.mul(pick(logs, classes(labels)), 1 - smoothing);
      const all = smoothing === 0 ? right : tf.add(right, tf.mul(tf.sum(logs, -1), low));
      return tf.neg(meanOf(all, share));
    },
    (dy, logs, share, saved) => ({
      logits: () => {
        const hot = tf.oneHot(classes(saved!) as tf.Tensor1D, words, 1 - smoothing + low, low, 'float32');
        return tf.reshape(tf.mul(tf.sub(tf.exp(logs!), hot), rowFactors(dy, share!)), shape);
      },
    }),
  );
}

/**
 * T² · KL(softmax(teacher/T) ‖ softmax(student/T)) of every token, averaged over those that have a label. The teacher is
 * not differentiated.
 *
 * @param student - shape [B, T, V]
 * @param teacher - shape [B, T, V]
 * @param labels - shape [B, T], int32; −100 where a token does not count
 * @returns shape [B]; 0 for an example without any label
 */
export function tokenDistillation(
  student: tf.Tensor,
  teacher: tf.Tensor,
  labels: tf.Tensor,
  temperature: number,
): tf.Tensor {
  const { shape } = student;
  const logsOf = (logits: tf.Tensor): tf.Tensor =>
    tf.logSoftmax(tf.div(tf.reshape(logits, [-1, shape[2]!]), temperature));
  return withGradient(
    { student },
    (save) => {
      const [logStudent, logTeacher] = [logsOf(student), logsOf(teacher)];
      const expected = tf.exp(logTeacher);
      const share = shares(labels);
      save(logStudent, expected, share);
      const divergence = tf.sum(tf.mul(expected, tf.sub(logTeacher, logStudent)), -1);
      return tf.mul(meanOf(divergence, share), temperature * temperature);
    },
    (dy, logStudent, expected, share) => ({
      student: () => {
        const factors = rowFactors(tf.mul(dy, temperature), share!);
        return tf.reshape(tf.mul(tf.sub(tf.exp(logStudent!), expected!), factors), shape);
      },
    }),
  );
}
