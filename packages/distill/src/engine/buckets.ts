/** Batches of examples of one bucket: as few as possible that have several. */
import type { Dataset } from '@mdpd/core';
import { createRandom, shuffle } from '@mdpd/tensor/random';

/** Bucket of every example, as ranks 0, 1, … in ascending order; undefined where all are alike. */
export function bucketRanks(dataset: Pick<Dataset, 'size' | 'bucket'>): Int32Array | undefined {
  if (!dataset.bucket) return undefined;
  const buckets = Float64Array.from({ length: dataset.size }, (_, index) => dataset.bucket!(index));
  const ranks = new Map([...new Set(buckets)].sort((a, b) => a - b).map((bucket, rank) => [bucket, rank]));
  return ranks.size > 1 ? Int32Array.from(buckets, (bucket) => ranks.get(bucket)!) : undefined;
}

/** `order` by bucket, smallest first; within a bucket as it was. */
export function sortByBucket(order: Int32Array, ranks: Int32Array): Int32Array {
  const starts = new Int32Array(ranks.reduce((most, rank) => Math.max(most, rank), 0) + 2);
  for (const index of order) starts[ranks[index]! + 1]! += 1;
  for (let rank = 1; rank < starts.length; rank++) starts[rank]! += starts[rank - 1]!;
  const sorted = new Int32Array(order.length);
  for (const index of order) sorted[starts[ranks[index]!]!++] = index;
  return sorted;
}

/**
 * The examples of an epoch, `order`, as whole batches in a random order of their own. Sorted by bucket and cut into
 * batches: what is left of a bucket is filled up with examples of the next larger one, so that of k buckets at most
 * k − 1 batches have several.
 */
export function bucketBatches(
  order: Int32Array,
  ranks: Int32Array,
  batchSize: number,
  place: { readonly seed: number; readonly epoch: number },
): Int32Array {
  const count = Math.floor(order.length / batchSize);
  // Cut before sorting: who is left out of an epoch is a matter of chance, not of length.
  const sorted = sortByBucket(order.subarray(0, count * batchSize), ranks);
  const batches = shuffle(createRandom(place.seed, `batches/${place.epoch}`), count);
  const arranged = new Int32Array(sorted.length);
  batches.forEach((batch, at) => {
    arranged.set(sorted.subarray(batch * batchSize, (batch + 1) * batchSize), at * batchSize);
  });
  return arranged;
}

/** The first `count` examples (or fewer) of the bucket that has most: a batch like most others. */
export function typicalBatch(dataset: Pick<Dataset, 'size' | 'bucket'>, count: number): number[] {
  const ranks = bucketRanks(dataset);
  const all = Array.from(
    { length: ranks ? dataset.size : Math.min(count, dataset.size) },
    (_, index) => index,
  );
  if (!ranks) return all;
  const sizes: number[] = [];
  for (const rank of ranks) sizes[rank] = (sizes[rank] ?? 0) + 1;
  const largest = sizes.indexOf(Math.max(...sizes));
  return all.filter((index) => ranks[index] === largest).slice(0, count);
}
