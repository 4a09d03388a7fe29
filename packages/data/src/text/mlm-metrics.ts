/**
 * How well hidden tokens are guessed.
 *
 * Letters: N tokens, V vocabulary.
 */
import type { MetricAccumulator } from '@mdpd/core';
import { bestClass } from '../class-outputs.ts';

/** −log softmax(logits)[label] of the V logits from `start` on; infinite where they are no numbers. */
function surprise(logits: Float32Array, start: number, vocabulary: number, label: number): number {
  let most = -Infinity;
  for (let word = 0; word < vocabulary; word++) most = Math.max(most, logits[start + word]!);
  let sum = 0;
  for (let word = 0; word < vocabulary; word++) sum += Math.exp(logits[start + word]! - most);
  const value = Math.log(sum) + most - logits[start + label]!;
  return Number.isNaN(value) ? Infinity : value;
}

/** Largest exponent whose power is a number. */
const mostExponent = 709;

/**
 * Of all hidden tokens alike: `accuracy`, the share guessed right, and `perplexity`, e to the mean of −log p of the right
 * one: a guess among so many equally likely ones is as hard.
 */
export function mlmMetrics(vocabulary: number): MetricAccumulator {
  let [seen, right, surprises] = [0, 0, 0];
  return {
    add(output, target, rows) {
      const { data, shape } = target.labels!;
      for (let token = 0; token < rows * shape[1]!; token++) {
        const label = data[token]!;
        if (label < 0) continue;
        const start = token * vocabulary;
        seen++;
        if (bestClass(output, start, vocabulary) === label) right++;
        surprises += surprise(output, start, vocabulary, label);
      }
    },
    result: () =>
      seen === 0
        ? { accuracy: 0, perplexity: 0 }
        : { accuracy: right / seen, perplexity: Math.exp(Math.min(surprises / seen, mostExponent)) },
  };
}
