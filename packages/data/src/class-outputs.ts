/**
 * What outputs of a classification say.
 *
 * Letters: C classes.
 */
import type { HostRecord, Judgement, Prediction } from '@mdpd/core';

/** Alternatives that a prediction names, itself included. */
const alternatives = 5;

/** Class of the largest output, the first of equal ones; -1 where none is a number. */
export function bestClass(output: Float32Array, start = 0, classes = output.length): number {
  let best = -1;
  for (let c = 0; c < classes; c++) {
    const value = output[start + c]!;
    if (!Number.isNaN(value) && (best < 0 || value > output[start + best]!)) best = c;
  }
  return best;
}

/** Probabilities [C] of logits [C]; NaN counts as impossible. */
function softmax(logits: Float32Array): Float64Array {
  const values = Float64Array.from(logits, (value) => (Number.isNaN(value) ? -Infinity : value));
  const largest = Math.max(...values);
  // Infinite logits share everything among themselves.
  const weights = values.map((value) => (value === largest ? 1 : Math.exp(value - largest)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The best class of logits [C] and up to five alternatives, best first; equal ones in label order. */
export function decodeClass(output: Float32Array, labels: readonly string[]): Prediction {
  const probabilities = softmax(output);
  const order = [...labels.keys()].sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  const top = order
    .slice(0, alternatives)
    .map((label) => ({ value: labels[label]!, probability: probabilities[label]! }));
  const best = Math.max(0, bestClass(output));
  return { value: labels[best]!, probability: probabilities[best]!, top };
}

/** Right where the best class of logits [C] is the target's `label` [1]; without that target nothing is said. */
export function judgeClass(
  output: Float32Array,
  labels: readonly string[],
  { label }: HostRecord,
): Judgement {
  const wanted = label?.data[0];
  if (wanted === undefined) return {};
  return { expected: labels[wanted] ?? String(wanted), right: bestClass(output) === wanted };
}
