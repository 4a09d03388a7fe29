import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStrided, type Strided } from './strided-read.ts';
import { countOf, spanOf } from './tensor-view.ts';

type Reads = { begin: number; length: number }[];

/** Reads of a storage in memory, and a record of them. */
function storage(bytes: Uint8Array): { read: Parameters<typeof readStrided>[0]; reads: Reads } {
  const reads: Reads = [];
  return {
    reads,
    read: (begin, length) => {
      reads.push({ begin, length });
      if (begin < 0 || begin + length > bytes.length) throw new Error('read beyond the storage');
      return Promise.resolve(Uint8Array.from(bytes.subarray(begin, begin + length)));
    },
  };
}

/** Positions of the values of a view, by the definition of strides. */
function positions({ offset, shape, strides }: Strided, axis = 0): number[] {
  if (axis === shape.length) return [offset];
  return Array.from({ length: shape[axis]! }, (_, i) =>
    positions({ offset: offset + i * strides[axis]!, shape, strides }, axis + 1),
  ).flat();
}

const views = fc.record({
  offset: fc.nat(5),
  width: fc.constantFrom(1, 2, 4, 8),
  axes: fc.array(fc.record({ length: fc.nat(4), stride: fc.nat(9) }), { maxLength: 4 }),
});

describe('readStrided', () => {
  it('gives the values that strides define, and reads nothing outside', async () => {
    await fc.assert(
      fc.asyncProperty(views, async ({ offset, width, axes }) => {
        const view = {
          offset,
          shape: axes.map(({ length }) => length),
          strides: axes.map(({ stride }) => stride),
        };
        const end = countOf(view.shape) === 0 ? 0 : offset + spanOf(view.shape, view.strides);
        const bytes = Uint8Array.from({ length: end * width }, (_, i) => (i * 37) % 251);
        const expected = positions(view).flatMap((at) => [...bytes.subarray(at * width, (at + 1) * width)]);
        expect([...(await readStrided(storage(bytes).read, view, width))]).toEqual(expected);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('reads what is contiguous at once, whatever strides axes of length 1 have', async () => {
    const { read, reads } = storage(new Uint8Array(64));
    await readStrided(read, { offset: 2, shape: [1, 3, 1, 4], strides: [999, 4, 7, 1] }, 4);
    expect(reads).toEqual([{ begin: 8, length: 48 }]);
  });

  it('reads nothing for an empty view', async () => {
    const { read, reads } = storage(new Uint8Array());
    expect(await readStrided(read, { offset: 9, shape: [3, 0], strides: [5, 5] }, 4)).toHaveLength(0);
    expect(reads).toEqual([]);
  });

  it('reads a wide view in pieces, where most between its values is not needed', async () => {
    const [rows, columns] = [30_000, 500];
    const values = new Float32Array(rows * columns).map((_, i) => i);
    const { read, reads } = storage(new Uint8Array(values.buffer));
    const view = { offset: 3, shape: [2, rows], strides: [1, columns] };
    const result = new Float32Array((await readStrided(read, view, 4)).buffer);
    expect(result).toHaveLength(2 * rows);
    for (let row = 0; row < rows; row += 997) {
      expect([result[row], result[rows + row]]).toEqual([row * columns + 3, row * columns + 4]);
    }
    expect(reads.length).toBeGreaterThan(7);
    expect(Math.max(...reads.map(({ length }) => length))).toBeLessThanOrEqual(8_388_608);
    expect(reads.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(values.byteLength);
  });
});
