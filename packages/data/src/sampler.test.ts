import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchCount, batches, epochOrder, paddedBatches } from './sampler.ts';

describe('epochOrder', () => {
  it('is a permutation that depends on seed and epoch', () => {
    const order = epochOrder(1000, 3, 0);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect(epochOrder(1000, 3, 0)).toEqual(order);
    expect(epochOrder(1000, 3, 1)).not.toEqual(order);
    expect(epochOrder(1000, 4, 0)).not.toEqual(order);
  });

  it('puts every example everywhere about equally often', () => {
    const counts = new Array<number>(5).fill(0);
    for (let epoch = 0; epoch < 2000; epoch++) counts[epochOrder(5, 0, epoch).indexOf(2)]!++;
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(90);
  });
});

describe('batches', () => {
  it('drops the last partial batch', () => {
    expect([...batches([5, 1, 4, 0, 2], 2)]).toEqual([
      [5, 1],
      [4, 0],
    ]);
  });

  it('fills the last batch up from the start where it is kept, or the only one', () => {
    expect([...batches([5, 1, 4], 2, { dropLast: false })]).toEqual([
      [5, 1],
      [4, 5],
    ]);
    expect([...batches([5, 1, 4], 7)]).toEqual([[5, 1, 4, 5, 1, 4, 5]]);
    expect([...batches([], 7)]).toEqual([]);
  });

  it('makes as many full batches as batchCount says', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.integer({ min: 1, max: 20 }), fc.boolean(), (size, batchSize, dropLast) => {
        const made = [...batches(epochOrder(size, 0, 0), batchSize, { dropLast })];
        expect(made.length).toBe(batchCount(size, batchSize, { dropLast }));
        for (const batch of made) expect(batch.length).toBe(batchSize);
        const seen = new Set(made.flat());
        expect(seen.size).toBe(
          dropLast && size >= batchSize ? Math.floor(size / batchSize) * batchSize : size,
        );
      }),
    );
  });
});

describe('paddedBatches', () => {
  it('covers every example once and pads the last batch', () => {
    expect([...paddedBatches(5, 2)]).toEqual([
      { indices: [0, 1], rows: 2 },
      { indices: [2, 3], rows: 2 },
      { indices: [4, 4], rows: 1 },
    ]);
    expect([...paddedBatches(0, 2)]).toEqual([]);
    expect([...paddedBatches(1, 3)]).toEqual([{ indices: [0, 0, 0], rows: 1 }]);
  });
});
