/**
 * Both models as one teacher.
 *
 * Letters: B batch, N tokens, C outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HeadKind, Task } from '@mdpd/core';
import { meanDistribution, meanProbability } from '@mdpd/tensor/mean-logits';
import { stopGradient } from '@mdpd/tensor/with-gradient';

type Combine = (first: tf.Tensor, second: tf.Tensor, temperature: number) => tf.Tensor;

/**
 * The teacher that the outputs of both models make together, of their shape, [B, C] or [B, N, C]. A constant. The task
 * says how (`Task.ensemble`), or else its head: classes take the mean of both distributions, answers and matches the mean
 * of every output's probability, scores, boxes and embeddings the mean.
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

const combinations: Readonly<Record<HeadKind, Combine>> = {
  classification: meanDistribution,
  maskedLm: meanDistribution,
  seq2seq: meanDistribution,
  matching: meanProbability,
  vqa: meanProbability,
  regression: mean,
  box: mean,
  embeddings: mean,
};
