/**
 * Evaluation of a model over a split.
 *
 * Letters: B batch, N tokens, C outputs.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dataset, Executor, Params, Task, TensorRecord } from '@mdpd/core';
import { baselineMetrics, type BaselineMetrics } from './baseline.ts';
import { Judging, type Judged } from './judged.ts';
import { prepareOutputs, type AnsweringModel, type Outputs } from './outputs.ts';
import { runBatches } from './run-batches.ts';

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
  /** Whether it is kept which predictions are right, where the task says. */
  readonly judge?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface Evaluation {
  readonly metrics: Record<string, number>;
  /** Of the task's answer without looking, over the same examples. */
  readonly baseline?: ReturnType<BaselineMetrics['result']>;
  /** What was predicted for every example, in order. */
  readonly predictions: string[];
  /** The output of every example, [C], in order, where the task compares those. */
  readonly outputs?: readonly Float32Array[];
  /** Which predictions are right, where that was asked for and the task says. */
  readonly judged?: Judged;
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
  const { reader } = outputs;
  const started = performance.now();
  const metrics = reader.metrics();
  const baseline = baselineMetrics(job.task);
  const predictions: string[] = [];
  const rows: Float32Array[] | undefined = job.task.sameOutput ? [] : undefined;
  const judging =
    job.judge && reader.judge ? new Judging(reader, job.task.labels, job.dataset.size) : undefined;
  const examples = await runBatches(job, outputs, ({ output, target, batch, indices, width }) => {
    metrics.add(output, target, indices.length);
    baseline?.add(target, indices.length);
    indices.forEach((index, row) => {
      const own = output.subarray(row * width, (row + 1) * width);
      predictions[index] = (judging?.read(index, own, batch, row) ?? reader.decode(own)).value;
      if (rows) rows[index] = own.slice();
    });
  });
  return {
    metrics: metrics.result(),
    ...(baseline ? { baseline: baseline.result() } : {}),
    predictions,
    ...(rows ? { outputs: rows } : {}),
    ...(judging ? { judged: judging.result() } : {}),
    examples,
    seconds: (performance.now() - started) / 1000,
  };
}

type Predicted = Pick<Evaluation, 'predictions' | 'outputs'>;

/** Share of examples for which two models predict the same: equal values, or what the task says of their outputs. */
export function agreement(a: Predicted, b: Predicted, { sameOutput }: Pick<Task, 'sameOutput'>): number {
  const { length } = a.predictions;
  if (length === 0) return 0;
  const isSame = (index: number): boolean =>
    sameOutput
      ? sameOutput(a.outputs![index]!, b.outputs![index]!)
      : a.predictions[index] === b.predictions[index];
  return a.predictions.filter((_, index) => isSame(index)).length / length;
}
