/** Evaluates and times the models of a run: what ships, and the side network's path where there is one. */
import {
  MdpdError,
  type Dataset,
  type Executor,
  type HostRecord,
  type ModelPath,
  type Params,
  type Reporter,
  type SplitName,
  type Task,
  type TensorRecord,
} from '@mdpd/core';
import { typicalBatch } from '@mdpd/distill/engine/buckets';
import { evaluate, type Evaluation, type Forward } from '@mdpd/distill/engine/evaluate';
import { measureLatency } from '@mdpd/distill/engine/latency';
import type { AnsweringModel } from '@mdpd/distill/engine/outputs';
import { disposeRecord, uploadRecord } from '@mdpd/distill/engine/state';

/** Examples of the batch that is timed. */
const latencyBatch = 32;

/** One of the two models of a run, with its tensors in memory or on the executor. */
export interface RunnablePath extends AnsweringModel<Params> {
  readonly path: ModelPath;
  readonly parameters: HostRecord | { readonly onExecutor: TensorRecord };
}

export interface EvaluatePathsJob {
  readonly executor: Executor;
  readonly task: Task;
  readonly split: SplitName;
  readonly batchSize: number;
  readonly limit?: number;
  /** Whether it is kept which predictions are right. */
  readonly judge?: boolean;
  readonly reporters: readonly Reporter[];
  /** Step to report. */
  readonly step: number;
  readonly signal?: AbortSignal;
}

export type Evaluations = Partial<Record<ModelPath, Evaluation>>;

export interface Latencies {
  readonly milliseconds: Partial<Record<ModelPath, number>>;
  readonly batch: number;
}

/** A split of a task. Throws SPLIT_MISSING; `place` is the recipe. */
export function splitOf(task: Task, name: SplitName, place?: string): Dataset {
  const found = task.splits[name];
  if (found) return found;
  const there = Object.keys(task.splits);
  throw new MdpdError('SPLIT_MISSING', `the data has no split "${name}"`, {
    place,
    allowed: there.length > 0 ? there : 'none is given',
    fix: `name it in the recipe, or on the command line: data.${name}=…`,
    exitCode: 2,
  });
}

/** Runs every model over the split, and reports each result. */
export async function evaluatePaths(
  paths: readonly RunnablePath[],
  job: EvaluatePathsJob,
): Promise<Evaluations> {
  const { split, reporters, step } = job;
  const found: Evaluations = {};
  for (const each of paths) {
    const evaluation = await evaluatePath(each, job);
    found[each.path] = evaluation;
    const { metrics, examples, seconds } = evaluation;
    const about = { type: 'evaluation', step, split, path: each.path } as const;
    reporters.forEach((reporter) => reporter.record?.({ ...about, examples, metrics, time: { seconds } }));
  }
  return found;
}

function evaluatePath(each: RunnablePath, job: EvaluatePathsJob): Promise<Evaluation> {
  const { executor, task, split, batchSize, limit, judge, reporters, signal } = job;
  const what = `evaluating ${each.path} on ${split}`;
  const onProgress = (done: number, total: number): void =>
    reporters.forEach((reporter) => reporter.progress?.({ type: 'progress', what, done, total }));
  return withTensors(executor, each, (params) =>
    evaluate({
      executor,
      task,
      dataset: splitOf(task, split),
      forward: each.forward,
      generation: each.generation,
      params,
      batchSize,
      limit,
      judge,
      signal,
      onProgress,
    }),
  );
}

/** Median time of one batch for each model, measured in turns. */
export async function timePaths(
  paths: readonly RunnablePath[],
  { executor, task, split }: Pick<EvaluatePathsJob, 'executor' | 'task' | 'split'>,
): Promise<Latencies> {
  const dataset = splitOf(task, split);
  const batch = await dataset.load(typicalBatch(dataset, latencyBatch), {
    augment: false,
    seed: 0,
    epoch: 0,
  });
  const models: Record<string, { forward: Forward; params: TensorRecord }> = {};
  for (const { path, forward, parameters } of paths) {
    models[path] = {
      forward,
      params: isOnExecutor(parameters) ? parameters.onExecutor : uploadRecord(executor, parameters),
    };
  }
  const milliseconds = await measureLatency({ executor, models, batch });
  for (const { path, parameters } of paths)
    if (!isOnExecutor(parameters)) disposeRecord(models[path]!.params);
  return { milliseconds, batch: batch.size };
}

async function withTensors<T>(
  executor: Executor,
  { parameters }: RunnablePath,
  use: (params: TensorRecord) => Promise<T>,
): Promise<T> {
  if (isOnExecutor(parameters)) return use(parameters.onExecutor);
  const uploaded = uploadRecord(executor, parameters);
  try {
    return await use(uploaded);
  } finally {
    disposeRecord(uploaded);
  }
}

function isOnExecutor(
  parameters: RunnablePath['parameters'],
): parameters is { readonly onExecutor: TensorRecord } {
  return 'onExecutor' in parameters;
}
