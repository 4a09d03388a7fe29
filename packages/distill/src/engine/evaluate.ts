/**
 * Evaluation of a model over a split.
 *
 * Letters: B batch, N tokens, C outputs.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dataset, Executor, Params, Task, TensorRecord } from '@mdpd/core';
import { ahead } from './ahead.ts';
import { bucketRanks, sortByBucket } from './buckets.ts';
import { prepareOutputs, type AnsweringModel, type Outputs } from './outputs.ts';
import { breathe } from './stop.ts';

/** A model as a pure function: logits [B, C] or [B, N, C] of its parameters and a batch's inputs. */
export type Forward = (params: Params, input: Readonly<TensorRecord>) => Tensor;

export interface EvaluationJob<P = Params> extends AnsweringModel<P> {
  readonly executor: Executor;
  readonly params: P;
  /** The model prepared by the caller, who evaluates several times and releases it. */
  readonly prepared?: Outputs<P>;
  readonly dataset: Dataset;
  readonly task: Task;
  readonly batchSize: number;
  readonly limit?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface Evaluation {
  readonly metrics: Record<string, number>;
  /** What was predicted for every example, in order. */
  readonly predictions: string[];
  readonly examples: number;
  readonly seconds: number;
}

/**
 * Runs a model over a split: in order, or, where it has buckets, bucket by bucket. Every batch has as many examples: the
 * last one repeats its last.
 */
export async function evaluate<P>(job: EvaluationJob<P>): Promise<Evaluation> {
  if (job.prepared) return evaluateWith(job, job.prepared);
  const outputs = prepareOutputs(job.executor, 'evaluate', job, job.task);
  try {
    return await evaluateWith(job, outputs);
  } finally {
    await outputs.release();
  }
}

async function evaluateWith<P>(job: EvaluationJob<P>, outputs: Outputs<P>): Promise<Evaluation> {
  const { dataset, params } = job;
  const { reader } = outputs;
  const started = performance.now();
  const total = Math.min(dataset.size, job.limit ?? dataset.size);
  const batchSize = Math.min(job.batchSize, total);
  const order = orderOf(dataset, total);
  const metrics = reader.metrics();
  const predictions = new Array<string>(total);
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
    metrics.add(output, batch.target, rows);
    const width = output.length / batchSize;
    for (let row = 0; row < rows; row++) {
      predictions[order[start + row]!] = reader.decode(output.subarray(row * width, (row + 1) * width)).value;
    }
    job.onProgress?.(start + rows, total);
  }
  return {
    metrics: metrics.result(),
    predictions,
    examples: total,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The first `total` examples, those of one bucket together. */
function orderOf(dataset: Dataset, total: number): Int32Array {
  const order = Int32Array.from({ length: total }, (_, index) => index);
  const ranks = bucketRanks(dataset);
  return ranks ? sortByBucket(order, ranks) : order;
}

/** Share of equal predictions. */
export function agreement(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0) return 0;
  return a.filter((value, index) => value === b[index]).length / a.length;
}
