import { useBackend } from '@mdpd/tensor/backend';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { squaredError, varianceOf } from './score-loss.ts';

beforeAll(() => useBackend('cpu'));

describe('squaredError', () => {
  const output = [[1], [2], [5]];
  const score = [1, 4, 3];

  it('is the squared difference in units', () => {
    const loss = squaredError(tf.tensor2d(output), tf.tensor1d(score), 2);
    expect(loss.shape).toEqual([3]);
    expect([...loss.dataSync()]).toEqual([0, 2, 2]);
    const both = squaredError(tf.tensor2d(output), tf.tensor2d([[1], [4], [3]]), 1);
    expect([...both.dataSync()]).toEqual([0, 4, 4]);
  });

  it('differentiates the output alone', () => {
    const { grads } = valueAndGrads(
      (given) => ({ loss: tf.sum(squaredError(given.output!, given.score!, 2)) }),
      { output: tf.tensor2d(output), score: tf.tensor1d(score) },
    );
    expect(grads.output!.shape).toEqual([3, 1]);
    expect([...grads.output!.dataSync()]).toEqual([0, -2, 2]);
    expect([...grads.score!.dataSync()]).toEqual([0, 0, 0]);
  });
});

describe('varianceOf', () => {
  it('is the mean squared distance from the mean', () => {
    const of = (values: readonly number[]): number => varianceOf(values.length, (i) => values[i]!);
    expect(of([1, 2, 3, 4])).toBeCloseTo(1.25, 12);
    expect(of([3, 3, 3])).toBe(0);
    expect(of([])).toBe(0);
    expect(of([1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4])).toBeCloseTo(1.25, 6);
  });
});
