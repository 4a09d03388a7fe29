/** The order in which examples are seen, and how they are cut into batches of one fixed size. */
import { createRandom, shuffle } from '@mdpd/tensor/random';

/** The examples 0 … size − 1 in the random order of an epoch; depends on (size, seed, epoch) alone. */
export function epochOrder(size: number, seed: number, epoch: number): Int32Array {
  return shuffle(createRandom(seed, `order/${epoch}`), size);
}

export interface BatchOptions {
  /** Leave out the last batch where it is not full; otherwise it is filled up from the start of the order. */
  readonly dropLast?: boolean;
}

/** How many batches `batches` makes of `size` examples. */
export function batchCount(size: number, batchSize: number, { dropLast = true }: BatchOptions = {}): number {
  const full = Math.floor(size / batchSize);
  if (size === 0) return 0;
  return dropLast && full > 0 ? full : Math.ceil(size / batchSize);
}

/**
 * Batches of exactly `batchSize` examples each, because step functions have static shapes. The last partial batch is
 * dropped, unless it is the only one: then, and without `dropLast`, it is filled up from the start of the order.
 */
export function* batches(
  order: ArrayLike<number>,
  batchSize: number,
  options: BatchOptions = {},
): Generator<number[], void, undefined> {
  const count = batchCount(order.length, batchSize, options);
  for (let batch = 0; batch < count; batch++) {
    yield Array.from({ length: batchSize }, (_, row) => order[(batch * batchSize + row) % order.length]!);
  }
}

export interface PaddedBatch {
  readonly indices: number[];
  /** How many of them are real; the others repeat the last real one and must not be counted. */
  readonly rows: number;
}

/** The examples 0 … size − 1 in order, for evaluation, in batches of exactly `batchSize`. */
export function* paddedBatches(size: number, batchSize: number): Generator<PaddedBatch, void, undefined> {
  for (let start = 0; start < size; start += batchSize) {
    const rows = Math.min(batchSize, size - start);
    const indices = Array.from({ length: batchSize }, (_, row) => start + Math.min(row, rows - 1));
    yield { indices, rows };
  }
}
