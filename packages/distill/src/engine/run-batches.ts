/**
 * Runs a model over a data set.
 *
 * Letters: B batch, N tokens, C outputs, T most tokens of an answer.
 */
import type { Batch, Dataset, Executor, HostRecord, Task } from '@mdpd/core';
import { ahead } from './ahead.ts';
import { bucketRanks, sortByBucket } from './buckets.ts';
import { prepareOutputs, type AnsweringModel, type Outputs } from './outputs.ts';
import { breathe } from './stop.ts';

export interface BatchesJob<P> {
  readonly params: P;
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly limit?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface BatchOutput {
  /** [B, C], [B, N, C] or [B, T], row-major; rows after those of `indices` are padding. */
  readonly output: Float32Array;
  readonly target: HostRecord;
  /** What was read, padding included. */
  readonly batch: Batch;
  /** Examples of the first rows. */
  readonly indices: readonly number[];
  /** Values of a row. */
  readonly width: number;
}

/**
 * Gives `use` every batch: in order, or, where the data set has buckets, bucket by bucket. Every batch has as many
 * examples: the last one repeats its last. Returns the number of examples.
 */
export async function runBatches<P>(
  job: BatchesJob<P>,
  outputs: Outputs<P>,
  use: (batch: BatchOutput) => void,
): Promise<number> {
  const { dataset, params } = job;
  const total = Math.min(dataset.size, job.limit ?? dataset.size);
  const batchSize = Math.min(job.batchSize, total);
  const order = orderOf(dataset, total);
  const load = (start: number): ReturnType<Dataset['load']> =>
    ahead(
      dataset.load(
        Array.from({ length: batchSize }, (_, i) => order[Math.min(start + i, total - 1)]!),
        { augment: false, seed: 0, epoch: 0 },
      ),
    );
  let next = total > 0 ? load(0) : undefined;
  for (let start = 0; start < total; start += batchSize) {
    await breathe(job.signal);
    const batch = await next!;
    next = start + batchSize < total ? load(start + batchSize) : undefined;
    const rows = Math.min(batchSize, total - start);
    const output = await outputs.of(params, batch);
    const indices = [...order.subarray(start, start + rows)];
    use({ output, target: batch.target, batch, indices, width: output.length / batchSize });
    job.onProgress?.(start + rows, total);
  }
  return total;
}

/** The first `total` examples, those of one bucket together. */
function orderOf(dataset: Dataset, total: number): Int32Array {
  const order = Int32Array.from({ length: total }, (_, index) => index);
  const ranks = bucketRanks(dataset);
  return ranks ? sortByBucket(order, ranks) : order;
}

export interface OutputsJob<P> extends BatchesJob<P>, AnsweringModel<P> {
  readonly executor: Executor;
  readonly task: Pick<Task, 'metrics' | 'decode' | 'answers'>;
}

/** Outputs of all examples in their order: [rows, C], or ids of answers [rows, T] where the task has them. */
export async function collectOutputs<P>(job: OutputsJob<P>): Promise<Float32Array> {
  const outputs = prepareOutputs(job.executor, 'collect', job, job.task);
  const total = Math.min(job.dataset.size, job.limit ?? job.dataset.size);
  let all: Float32Array | undefined;
  try {
    await runBatches(job, outputs, ({ output, indices, width }) => {
      all ??= new Float32Array(total * width);
      if (all.length !== total * width) throw new Error('outputs of examples have different lengths');
      for (const [row, index] of indices.entries())
        all.set(output.subarray(row * width, (row + 1) * width), index * width);
    });
  } finally {
    await outputs.release();
  }
  return all ?? new Float32Array(0);
}
