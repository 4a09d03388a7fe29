import { describe, expect, it } from 'vitest';
import type { Point } from '../history.ts';
import { downsample, evenly, smoothed } from './downsample.ts';

describe('fewer points', () => {
  it('keep every spike, the ends and the order', () => {
    const points = Array.from({ length: 100_000 }, (_, i): Point => [i + 1, i === 54_321 ? 99 : i % 7]);
    const few = downsample(points);
    expect(few.length).toBeLessThanOrEqual(400);
    expect(few.length).toBeGreaterThan(300);
    expect(few).toContainEqual([54_322, 99]);
    expect([few[0], few.at(-1)]).toEqual([points[0], points.at(-1)]);
    expect(few.every(([step], i) => i === 0 || step > few[i - 1]![0])).toBe(true);
  });

  it('are all of them where there are few', () => {
    const points: Point[] = [[1, 2]];
    expect(downsample(points)).toBe(points);
    expect(downsample([])).toEqual([]);
    expect(evenly([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1, 4, 7]);
  });
});

it('smooths with what is around, from the first value on', () => {
  const of = (values: readonly number[], reach: number): number[] =>
    smoothed(
      values.map((value, i): Point => [i, value]),
      reach,
    ).map(([, value]) => value);
  expect(of([0, 9, 0, 0, 6], 1)).toEqual([0, 3, 3, 2, 3]);
  expect(of([5, 5, 5, 5], 9)).toEqual([5, 5, 5, 5]);
  expect(of([1, 2, 3, 4, 5], 2)).toEqual([1, 2, 3, 3.5, 4]);
});
