/**
 * Comparison with files that a reference implementation wrote: tensors by name, and under `gradient.` those of parameters.
 */
import type { BackboneProvider, TensorRecord } from '@mdpd/core';
import { vjp } from '@mdpd/tensor/vjp';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** The largest absolute difference of two tensors of one shape. */
export function largestDifference(actual: tf.Tensor, expected: tf.Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  return tf.tidy(() => tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0]!);
}

/** Expects exactly the tensors of `expected` that `isResult` names, each within `tolerance`. */
export function expectResults(
  actual: TensorRecord,
  expected: TensorRecord,
  isResult: (name: string) => boolean,
  tolerance: number,
): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).filter(isResult).sort());
  for (const [name, tensor] of Object.entries(actual)) {
    expect(largestDifference(tensor, expected[name]!), name).toBeLessThan(tolerance);
  }
}

/** Whether an oracle's tensor is for gradients: `cotangent`, or `gradient.` and the name of a parameter. */
export function isOfGradients(name: string): boolean {
  return /^(cotangent|gradient\..*)$/.test(name);
}

/**
 * Expects the gradients of every parameter to be those of the oracle, relative to their size where that is above 1.
 * `compute` gives the output that the oracle's `cotangent` belongs to.
 */
export function expectGradients(
  compute: (params: TensorRecord) => tf.Tensor,
  params: TensorRecord,
  oracle: TensorRecord,
  { canonicalName }: Pick<BackboneProvider, 'canonicalName'>,
  tolerance: number,
): void {
  const gradients = vjp((inputs) => ({ output: compute({ ...inputs }) }), params, {
    output: oracle['cotangent']!,
  });
  const expected = Object.entries(oracle).filter(([key]) => key.startsWith('gradient.'));
  expect(expected).toHaveLength(Object.keys(params).length);
  for (const [key, gradient] of expected) {
    const name = canonicalName(key.slice('gradient.'.length))!;
    const scale = tf.tidy(() => tf.max(tf.abs(gradient)).dataSync()[0]!);
    const difference = largestDifference(gradients[name]!, gradient);
    expect(difference, name).toBeLessThan(tolerance * Math.max(1, scale));
  }
}
