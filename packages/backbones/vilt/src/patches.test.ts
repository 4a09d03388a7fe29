import { useBackend } from '@mdpd/tensor/backend';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { upload } from '@mdpd/tensor/host';
import { patchCentres, patchPixels, patchPositions, patchView } from './patches.ts';
import { masksOf } from './testing/image-masks.ts';

const grid = { rows: 3, columns: 4 };
const patch = 2;
const config = { image_size: 4, patch_size: patch, mdpd: { canvas: [6, 8] } };

const viewOf = (...sizes: [number, number][]) => patchView(upload(masksOf({ config }, sizes)), grid, patch);

/** Interpolation with loops, as its definition says: value of a table [side][side] at a place of `rows` × `columns`. */
function interpolated(table: number[][], rows: number, columns: number, row: number, column: number): number {
  const side = table.length;
  const place = (at: number, count: number): [number, number, number] => {
    const exact = count > 1 ? (at * (side - 1)) / (count - 1) : 0;
    const below = Math.min(Math.floor(exact), side - 1);
    return [below, Math.min(below + 1, side - 1), exact - below];
  };
  const [top, bottom, down] = place(row, rows);
  const [left, right, over] = place(column, columns);
  const along = (line: number[]): number => line[left]! * (1 - over) + line[right]! * over;
  return along(table[top]!) * (1 - down) + along(table[bottom]!) * down;
}

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('cuts images into patches, channel by channel', () => {
    const images = tf.reshape(tf.range(0, 2 * 3 * 6 * 8, 1, 'float32'), [2, 3, 6, 8]);
    const cut = patchPixels(images, grid, patch).arraySync() as number[][][];
    const at = (example: number, channel: number, y: number, x: number): number =>
      ((example * 3 + channel) * 6 + y) * 8 + x;
    // Second row, third column.
    const expected = [0, 1, 2].flatMap((channel) =>
      [2, 3].flatMap((y) => [4, 5].map((x) => at(1, channel, y, x))),
    );
    expect([cut[0]!.length, cut[1]![4 + 2]]).toEqual([12, expected]);
  });

  it('counts patches of images; one is what its first pixel is', () => {
    const { mask, rows, columns } = viewOf([6, 8], [3, 5], [2, 2], [0, 0]);
    expect([...rows.dataSync()]).toEqual([3, 2, 1, 0]);
    expect([...columns.dataSync()]).toEqual([4, 3, 1, 0]);
    expect((mask.arraySync() as number[][]).map((each) => each.join(''))).toEqual([
      '111111111111',
      '111011100000',
      '100000000000',
      '000000000000',
    ]);
  });

  it('interpolates positions to every image, corners on corners, and has zeros outside', () => {
    for (const side of [1, 2, 3, 5]) {
      const table = Array.from({ length: side }, (_, y) =>
        Array.from({ length: side }, (__, x) => Math.sin(7 * y + 3 * x)),
      );
      const sizes: [number, number][] = [
        [3, 4],
        [2, 3],
        [1, 4],
        [3, 1],
        [1, 1],
        [0, 0],
      ];
      const view = viewOf(...sizes.map(([rows, columns]) => [2 * rows, 2 * columns] as [number, number]));
      const learned = tf.reshape(tf.tensor(table.flat()), [side * side, 1]);
      const actual = patchPositions(learned, side, view, grid).arraySync() as number[][][];
      sizes.forEach(([rows, columns], example) => {
        for (let index = 0; index < 12; index++) {
          const [row, column] = [Math.floor(index / 4), index % 4];
          const isThere = row < rows && column < columns;
          const expected = isThere ? interpolated(table, rows, columns, row, column) : 0;
          expect(actual[example]![index]![0], `${side}: ${example}, ${index}`).toBeCloseTo(expected, 5);
        }
      });
    }
  });

  it('knows the centres of patches as shares of their image', () => {
    const centres = patchCentres(viewOf([6, 8], [4, 2]), grid).arraySync() as number[][][];
    const close = (actual: number[], expected: number[]): void =>
      actual.forEach((value, axis) => expect(value).toBeCloseTo(expected[axis]!, 6));
    close(centres[0]![0]!, [1 / 8, 1 / 6]);
    close(centres[0]![11]!, [7 / 8, 5 / 6]);
    close(centres[1]![0]!, [1 / 2, 1 / 4]);
    close(centres[1]![4]!, [1 / 2, 3 / 4]);
    close(centres[1]![5]!, [0, 0]);
  });
});
