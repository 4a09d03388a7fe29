import { rowsOf } from '@mdpd/data/row-list';
import { describe, expect, it } from 'vitest';
import { fromRaw, type Box } from './box-geometry.ts';
import { meanBox } from './mean-box.ts';

const expression = (box: Box, [width, height]: readonly [number, number]) => ({
  size: { width, height },
  box,
});

describe('meanBox', () => {
  it('is the mean of the boxes as shares of their images', () => {
    const { output } = meanBox(
      rowsOf([expression([0, 0, 10, 10], [20, 20]), expression([50, 0, 50, 50], [100, 100])]),
    )!;
    // Centres (0.25, 0.25) and (0.75, 0.25), sizes 0.5: centre (0.5, 0.25).
    fromRaw(output).forEach((value, at) => expect(value).toBeCloseTo([0.25, 0, 0.5, 0.5][at]!, 6));
  });

  it('is finite where all boxes are the whole image, and nothing where there is none', () => {
    const { output } = meanBox(rowsOf([expression([0, 0, 20, 20], [20, 20])]))!;
    expect(output.every(Number.isFinite)).toBe(true);
    expect(fromRaw(output)[2]).toBeCloseTo(1, 4);
    expect(meanBox(rowsOf([]))).toBeUndefined();
  });
});
