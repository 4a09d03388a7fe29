import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { meanSquaredError, pearson, spearman } from './correlation.ts';

interface Case {
  readonly name: string;
  readonly outputs: number[];
  readonly scores: number[];
  readonly expected: Record<'pearson' | 'spearmanr' | 'mse', number>;
}

const { scores: cases } = JSON.parse(
  readFileSync(new URL('oracles/metrics.json', import.meta.url), 'utf8'),
) as { scores: Case[] };

describe('correlations', () => {
  it.each(cases)('equal SciPy: $name', ({ outputs, scores, expected }) => {
    expect(pearson(outputs, scores)).toBeCloseTo(expected.pearson, 10);
    expect(spearman(outputs, scores)).toBeCloseTo(expected.spearmanr, 10);
    const mse = meanSquaredError(outputs, scores);
    expect(Math.abs(mse - expected.mse)).toBeLessThanOrEqual(1e-12 * Math.max(1, expected.mse));
  });

  it('are 0 where there is nothing to correlate', () => {
    for (const metric of [pearson, spearman, meanSquaredError]) expect(metric([], [])).toBe(0);
    for (const metric of [pearson, spearman]) {
      expect(metric([1, NaN, 3], [1, 2, 3])).toBe(0);
      expect(metric([1, Infinity, 3], [1, 2, 3])).toBe(0);
      expect(metric([1, 1, 1], [1, 2, 3])).toBe(0);
      // The spread of these squares to nothing.
      expect(Math.abs(metric([0, 1e-200, 2e-200], [1, 2, 3]))).toBeLessThanOrEqual(1);
    }
    expect(meanSquaredError([NaN, 1], [2, 1])).toBe(2);
  });

  it('stay within −1 and 1', () => {
    const values = Array.from({ length: 101 }, (_, i) => 0.1 * i);
    expect(
      pearson(
        values,
        values.map((value) => 3 * value + 0.7),
      ),
    ).toBeLessThanOrEqual(1);
    expect(
      pearson(
        values,
        values.map((value) => -value / 3),
      ),
    ).toBeGreaterThanOrEqual(-1);
  });

  it('leave their arguments as they are', () => {
    const outputs = Object.freeze([3, 1, 2]);
    expect(spearman(outputs, Object.freeze([1, 2, 3]))).toBeCloseTo(-0.5, 12);
    expect(outputs).toEqual([3, 1, 2]);
  });
});
