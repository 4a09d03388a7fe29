import { createRandom } from '@mdpd/tensor/random';
import { describe, expect, it } from 'vitest';
import { vilt } from './vilt.ts';

const { small } = vilt;
const size = 40;
const input = vilt.input(small, size, createRandom(0));
const [height, width] = small.canvas;
const values = (name: string, from: number, count: number): number[] => [
  ...input[name]!.data.subarray(from, from + count),
];

/** Rows and columns of an image, as its first column and its first row say. */
function sizeOf(index: number): [rows: number, columns: number] {
  const mask = values('pixel_mask', index * height * width, height * width);
  const rows = mask.filter((_, at) => at % width === 0).reduce((sum, value) => sum + value, 0);
  return [rows, mask.slice(0, width).reduce((sum, value) => sum + value, 0)];
}

describe('inputs of ViLT', () => {
  const sizes = Array.from({ length: size }, (_, index) => sizeOf(index));

  it('are images of all sizes from half of the canvas on, in whole patches, the first as large as it', () => {
    expect(sizes[0]).toEqual([30, 40]);
    expect([...new Set(sizes.map(([rows]) => rows))].sort()).toEqual([15, 20, 25, 30]);
    expect([...new Set(sizes.map(([, columns]) => columns))].sort()).toEqual([20, 25, 30, 35, 40]);
  });

  it('are numbers where the mask says so, and zeros elsewhere', () => {
    for (const [index, [rows, columns]] of sizes.entries()) {
      const inside = Array.from({ length: height * width }, (_, at) =>
        Number(Math.floor(at / width) < rows && at % width < columns),
      );
      expect(values('pixel_mask', index * height * width, height * width)).toEqual(inside);
      for (let channel = 0; channel < small.channels; channel++) {
        const start = (index * small.channels + channel) * height * width;
        const pixels = values('pixel_values', start, height * width);
        expect(pixels.map((value) => Number(value !== 0))).toEqual(inside);
      }
    }
  });

  it('are texts that fill what the image leaves of the tokens, or half of it', () => {
    expect(input['input_ids']!.shape).toEqual([size, 11]);
    const lengths = Array.from({ length: size }, (_, row) =>
      values('attention_mask', row * 11, 11).reduce((sum, value) => sum + value, 0),
    );
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([6, 11]);
    expect([...input['input_ids']!.data].map((id) => Number(id > 0))).toEqual([
      ...input['attention_mask']!.data,
    ]);
  });
});
