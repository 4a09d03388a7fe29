import { describe, expect, it } from 'vitest';
import { partSizes } from './part-sizes.ts';

const sizes = (batch: number, bytes: number, most: number): number[] =>
  partSizes(batch, bytes, { bytes: most, parts: 8 });

describe('partSizes', () => {
  it('gives parts that fit, of which the last may be smaller, and no more than there may be', () => {
    expect(sizes(8, 10, 80)).toEqual([8]);
    expect(sizes(8, 10, 79)).toEqual([7, 1]);
    expect(sizes(8, 10, 25)).toEqual([2, 2, 2, 2]);
    expect(sizes(3, 10, 0)).toEqual([1, 1, 1]);
    expect(sizes(19, 10, 0)).toEqual([3, 3, 3, 3, 3, 3, 1]);
    expect(sizes(1, 10, 0)).toEqual([1]);
    expect(partSizes(8, 10, { bytes: 0, parts: 2 })).toEqual([4, 4]);
  });
});
