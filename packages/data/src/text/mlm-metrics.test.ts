import type { HostRecord } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { mlmMetrics } from './mlm-metrics.ts';

const target = (...rows: number[][]): HostRecord => ({
  labels: { data: Int32Array.from(rows.flat()), shape: [rows.length, rows[0]!.length], dtype: 'int32' },
});

describe('metrics of hidden tokens', () => {
  it('count those alone that are to be guessed', () => {
    const metrics = mlmMetrics(4);
    const certain = (word: number): number[] => [0, 1, 2, 3].map((each) => (each === word ? 50 : 0));
    metrics.add(
      Float32Array.from([certain(1), certain(0), certain(3), certain(2)].flat()),
      target([1, -100], [2, 2]),
      2,
    );
    expect(metrics.result()['accuracy']).toBe(2 / 3);
    // Two are certain and right, one is certain and wrong: e^(50 / 3).
    expect(metrics.result()['perplexity']).toBeCloseTo(Math.exp(50 / 3), -2);
  });

  it('have the perplexity of a guess among all words where logits are equal', () => {
    const metrics = mlmMetrics(8);
    metrics.add(new Float32Array(16), target([3, 5]), 1);
    expect(metrics.result()['perplexity']).toBeCloseTo(8, 9);
  });

  it('are finite whatever the logits', () => {
    for (const value of [NaN, Infinity, -Infinity, 3e38]) {
      const metrics = mlmMetrics(2);
      metrics.add(Float32Array.of(value, 0), target([1]), 1);
      expect(Object.values(metrics.result()).every(Number.isFinite)).toBe(true);
    }
    expect(mlmMetrics(2).result()).toEqual({ accuracy: 0, perplexity: 0 });
  });
});
