import { createRandom } from '@mdpd/tensor/random';
import { describe, expect, it } from 'vitest';
import { bucketBatches, bucketRanks, sortByBucket, typicalBatch } from './buckets.ts';

const of = (buckets: readonly number[]) => ({
  size: buckets.length,
  bucket: (index: number) => buckets[index]!,
});

describe('bucketRanks', () => {
  it('number the buckets from the smallest', () => {
    expect(bucketRanks(of([64, 16, 128, 16]))).toEqual(Int32Array.of(1, 0, 2, 0));
    expect(bucketRanks(of([0.5, -1]))).toEqual(Int32Array.of(1, 0));
  });

  it('are none where all are alike', () => {
    expect(bucketRanks(of([7, 7, 7]))).toBeUndefined();
    expect(bucketRanks({ size: 4 })).toBeUndefined();
    expect(bucketRanks(of([]))).toBeUndefined();
  });
});

it('sortByBucket keeps the order within a bucket', () => {
  const ranks = Int32Array.of(1, 0, 1, 0, 2);
  expect(sortByBucket(Int32Array.of(4, 2, 3, 0, 1), ranks)).toEqual(Int32Array.of(3, 1, 2, 0, 4));
  expect(sortByBucket(Int32Array.of(2, 1), ranks)).toEqual(Int32Array.of(1, 2));
});

describe('bucketBatches', () => {
  const random = createRandom(3);
  const ranks = Int32Array.from({ length: 103 }, () => [0, 0, 0, 1, 2, 2][random.integer(6)]!);
  const order = Int32Array.from({ length: 103 }, (_, index) => (index * 37) % 103);
  const batches = (seed = 1, epoch = 0): number[][] => {
    const all = bucketBatches(order, ranks, 10, { seed, epoch });
    return Array.from({ length: all.length / 10 }, (_, at) => [...all.subarray(10 * at, 10 * at + 10)]);
  };
  const bucketsOf = (batch: readonly number[]): number[] => [...new Set(batch.map((index) => ranks[index]!))];

  it('are whole, have every example of the order but the rest of it, and each once', () => {
    const seen = batches().flat();
    expect(seen).toHaveLength(100);
    expect([...seen].sort((a, b) => a - b)).toEqual([...order.subarray(0, 100)].sort((a, b) => a - b));
  });

  it('are of one bucket each, except one where a bucket ends', () => {
    const mixed = batches().filter((batch) => bucketsOf(batch).length > 1);
    expect(mixed.length).toBeLessThanOrEqual(2);
    for (const batch of mixed) {
      const [low, high] = [Math.min(...bucketsOf(batch)), Math.max(...bucketsOf(batch))];
      expect(high - low).toBe(1);
    }
  });

  it('come in a random order, by seed and epoch', () => {
    const sequence = (seed: number, epoch: number): string =>
      batches(seed, epoch)
        .map((batch) => Math.max(...bucketsOf(batch)))
        .join('');
    expect(sequence(1, 0)).toBe(sequence(1, 0));
    expect(new Set([sequence(1, 0), sequence(2, 0), sequence(1, 1)]).size).toBe(3);
    expect(sequence(1, 0)).not.toBe([...sequence(1, 0)].sort().join(''));
  });

  it('are quick and small for a million examples', () => {
    const size = 1_000_000;
    const many = Int32Array.from({ length: size }, (_, index) => index % 5);
    const straight = Int32Array.from({ length: size }, (_, index) => index);
    const started = performance.now();
    const arranged = bucketBatches(straight, many, 32, { seed: 0, epoch: 0 });
    expect(performance.now() - started).toBeLessThan(2000);
    expect(arranged.byteLength).toBe(4 * size);
  });
});

describe('typicalBatch', () => {
  it('is of the bucket that has most', () => {
    expect(typicalBatch(of([8, 16, 16, 8, 16, 4]), 2)).toEqual([1, 2]);
    expect(typicalBatch(of([8, 16, 16, 8, 16, 4]), 9)).toEqual([1, 2, 4]);
  });

  it('is the beginning where all are alike', () => {
    expect(typicalBatch({ size: 5 }, 3)).toEqual([0, 1, 2]);
    expect(typicalBatch({ size: 2 }, 3)).toEqual([0, 1]);
  });
});
