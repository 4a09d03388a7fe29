/**
 * Both models as one teacher.
 *
 * Letters: B batch, N tokens, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HeadKind, Task } from '@mdpd/core';
import { stopGradient } from '@mdpd/tensor/with-gradient';

type Combine = (first: tf.Tensor, second: tf.Tensor, temperature: number) => tf.Tensor;

/**
 * The teacher that the outputs of both models make together, of their shape, [B, C] or [B, N, C]. A constant. The task
 * says how (`Task.ensemble`), or else its head: classes (and matches, which are two) take the mean of both
 * distributions, answers the mean of every answer's probability, scores, boxes and embeddings the mean.
 */
export function ensemble(
  task: Pick<Task, 'head' | 'ensemble'>,
  side: tf.Tensor,
  own: tf.Tensor,
  temperature: number,
): tf.Tensor {
  const [first, second] = [stopGradient(side), stopGradient(own)];
  if (task.ensemble) return stopGradient(task.ensemble(first, second, temperature));
  return combinations[task.head.kind](first, second, temperature);
}

const mean: Combine = (first, second) => tf.mul(tf.add(first, second), 0.5);

/** T·log of the mean of both distributions at temperature T, so that softmax(·/T) is that mean. */
const meanOfClasses: Combine = (first, second, temperature) => {
  const share = (logits: tf.Tensor): tf.Tensor => tf.softmax(tf.div(logits, temperature));
  return tf.mul(tf.log(tf.maximum(mean(share(first), share(second), 1), smallestShare)), temperature);
};

/** T·logit of the mean of both probabilities of every output at temperature T, so that σ(·/T) is that mean. */
const meanOfAnswers: Combine = (first, second, temperature) => {
  const share = (logits: tf.Tensor, sign: number): tf.Tensor =>
    tf.sigmoid(tf.mul(logits, sign / temperature));
  // 1 − σ(x) = σ(−x), which keeps its digits where σ(x) rounds to 1.
  const [yes, no] = [1, -1].map((sign) =>
    tf.log(tf.maximum(mean(share(first, sign), share(second, sign), 1), smallestShare)),
  );
  return tf.mul(tf.sub(yes!, no!), temperature);
};

/** Keeps logarithms finite. */
const smallestShare = 1e-12;

const combinations: Readonly<Record<HeadKind, Combine>> = {
  classification: meanOfClasses,
  maskedLm: meanOfClasses,
  seq2seq: meanOfClasses,
  matching: meanOfClasses,
  vqa: meanOfAnswers,
  regression: mean,
  box: mean,
  embeddings: mean,
};
