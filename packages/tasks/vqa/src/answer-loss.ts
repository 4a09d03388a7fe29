/**
 * Losses of answers.
 *
 * Letters: B batch, C outputs: answers of the vocabulary, or one logit.
 */
import { crossEntropy } from '@mdpd/tensor/losses';
import { withGradient } from '@mdpd/tensor/with-gradient';
import * as tf from '@tensorflow/tfjs-core';

/** softplus(x) − x·p, which is −p·log σ(x) − (1−p)·log σ(−x), without overflow. */
const entropy = (logits: tf.Tensor, p: tf.Tensor): tf.Tensor =>
  tf.sub(tf.add(tf.relu(logits), tf.log1p(tf.exp(tf.neg(tf.abs(logits))))), tf.mul(logits, p));

/**
 * Binary cross-entropy with logits, summed over the outputs.
 *
 * @param logits - shape [B, C]
 * @param expected - shape [B, C], in [0, 1]; not differentiated
 * @returns shape [B]
 */
export function binaryLoss(logits: tf.Tensor, expected: tf.Tensor): tf.Tensor {
  return withGradient(
    { logits },
    (save) => {
      save(logits, expected);
      return tf.sum(entropy(logits, expected), -1);
    },
    (dy, x, p) => ({ logits: () => tf.mul(tf.expandDims(dy, 1), tf.sub(tf.sigmoid(x!), p!)) }),
  );
}

/**
 * Binary cross-entropy of answers: that of ViLT and LXMERT, whose mean over B·C is multiplied by C.
 *
 * @param logits - shape [B, C]
 * @param scores - shape [B, C]: how right every answer is, in [0, 1]; not differentiated
 * @param smoothing - share of the scores that is spread over all answers
 * @returns shape [B]
 */
export function answerLoss(logits: tf.Tensor, scores: tf.Tensor, smoothing = 0): tf.Tensor {
  if (smoothing === 0) return binaryLoss(logits, scores);
  return binaryLoss(logits, tf.add(tf.mul(scores, 1 - smoothing), smoothing / logits.shape[1]!));
}

/**
 * T² · Σ KL(σ(teacher/T) ‖ σ(student/T)) over the outputs. The teacher is not differentiated.
 *
 * @param student - shape [B, C]
 * @param teacher - shape [B, C]
 * @param temperature - T
 * @returns shape [B]
 */
export function answerDistillation(student: tf.Tensor, teacher: tf.Tensor, temperature: number): tf.Tensor {
  return withGradient(
    { student },
    (save) => {
      const s = tf.div(student, temperature);
      const t = tf.div(teacher, temperature);
      const expected = tf.sigmoid(t);
      save(s, expected);
      const divergence = tf.sum(tf.sub(entropy(s, expected), entropy(t, expected)), -1);
      return tf.mul(divergence, temperature * temperature);
    },
    (dy, s, expected) => ({
      student: () => tf.mul(tf.expandDims(tf.mul(dy, temperature), 1), tf.sub(tf.sigmoid(s!), expected!)),
    }),
  );
}

/**
 * Cross-entropy of one right answer.
 *
 * @param logits - shape [B, C]
 * @param labels - shape [B], int32; −1 where the vocabulary lacks the answer, whose loss is 0
 * @returns shape [B]
 */
export function choiceLoss(logits: tf.Tensor, labels: tf.Tensor, smoothing = 0): tf.Tensor {
  const zero = tf.scalar(0, 'int32');
  const known = tf.cast(tf.greaterEqual(labels, zero), 'float32');
  return tf.mul(crossEntropy(logits, tf.maximum(labels, zero), smoothing), known);
}
