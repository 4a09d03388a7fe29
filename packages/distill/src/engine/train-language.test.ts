/** Training on texts of different lengths: what is learned, how many graphs it takes, what stays in memory. */
import * as tf from '@tensorflow/tfjs-core';
import type {
  Executor,
  MethodProvider,
  PreparedFunction,
  PrepareOptions,
  RunRecord,
  StepRecord,
  TensorTree,
} from '@mdpd/core';
import { wasmExecutor } from '@mdpd/tensor/portable-executors';
import { tinyModel, type TinyModelName } from '@mdpd/testing/fixtures/tiny-models';
import { trainingJob, type RecordedJob } from '@mdpd/testing/training-job';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelMethods } from '../methods/label-method.ts';
import { mdpdMethod } from '../methods/mdpd-method.ts';
import { sideMethod } from '../methods/side-method.ts';
import { measureBoundary } from './measure-boundary.ts';
import { readRecord } from './state.ts';
import { train } from './train.ts';

const side = { reductionFactor: 1, heads: 2 };
const feature = { mode: 'hierarchical', rank: 3 };
const mdpd = { side, feature, unlabelled: { batchSize: 6 }, fade: { lora: { rank: 2 } } };
const full = labelMethods.find(({ name }) => name === 'full')!;

let executor: Executor;
beforeAll(async () => {
  executor = await wasmExecutor.start();
});

function jobOf(name: TinyModelName, method: MethodProvider, settings: object, steps: number): RecordedJob {
  const { provider, backbone, task } = tinyModel(name, { width: 16 });
  return trainingJob({ executor, method, settings, provider, backbone, task, train: { steps } });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How much a part falls over the run. */
function falls(records: readonly RunRecord[], part: string): number | undefined {
  const steps = records.filter((record): record is StepRecord => record.type === 'step');
  const values = steps.flatMap(({ parts }) => parts[part] ?? []);
  return values.length === 0 ? undefined : mean(values.slice(-8)) / mean(values.slice(0, 8));
}

describe.each<TinyModelName>(['text', 'score', 'words', 'pair', 'answer'])('%s', (name) => {
  it.each<[string, MethodProvider, object]>([
    ['full', full, {}],
    ['side', sideMethod, { side }],
    ['mdpd', mdpdMethod, mdpd],
  ])('%s learns, and nothing leaks', async (_title, method, settings) => {
    const before = tf.memory().numTensors;
    const job = jobOf(name, method, settings, 60);
    (await train(job)).dispose();
    expect(tf.memory().numTensors).toBe(before);
    const found = ['taskLoss', 'sideLoss'].flatMap((part) => falls(job.records, part) ?? []);
    expect(found.length).toBeGreaterThan(0);
    for (const share of found) expect(share).toBeLessThan(0.9);
  });
});

type Event = { readonly name: string; readonly shapes: string } | { readonly released: string };

/** The executor, with every call and release noted. */
function watched(events: Event[]): Executor {
  const shapesOf = (tree: TensorTree): string =>
    tree instanceof tf.Tensor
      ? tree.shape.join('×')
      : Object.entries(tree)
          .map(([key, part]) => `${key}:${shapesOf(part)}`)
          .join();
  return {
    ...executor,
    prepare: <Args extends readonly unknown[], Result>(
      name: string,
      fn: (...args: Args) => Result,
      options?: PrepareOptions,
    ): PreparedFunction<Args, Result> => {
      const run = executor.prepare(name, fn, options);
      const call = (...args: Args): Promise<Result> => {
        events.push({ name, shapes: args.map((arg) => shapesOf(arg as TensorTree)).join() });
        return run(...args);
      };
      const release = (): Promise<void> => {
        events.push({ released: name });
        return run.release();
      };
      return Object.assign(call, { release });
    },
  };
}

it('takes as many graphs of a phase as there are buckets', async () => {
  const events: Event[] = [];
  const job = jobOf('text', mdpdMethod, { ...mdpd, warmup: 0 }, 24);
  (await train({ ...job, executor: watched(events) })).dispose();
  const shapes = events.flatMap((event) => ('name' in event && event.name === 'joint' ? [event.shapes] : []));
  expect(shapes).toHaveLength(24);
  expect(new Set(shapes).size).toBe(2);
});

it('gives back what a phase holds when it is over, and releases everything once', async () => {
  const events: Event[] = [];
  const job = jobOf('text', mdpdMethod, { ...mdpd, warmup: 0.5 }, 6);
  (await train({ ...job, executor: watched(events) })).dispose();
  const told = events.map((event) => ('name' in event ? event.name : `released ${event.released}`));
  expect(told.slice(0, 10)).toEqual([
    'diagonality',
    'released diagonality',
    'label',
    'label',
    'label',
    'released label',
    'joint',
    'joint',
    'joint',
    'released joint',
  ]);
  expect(told.slice(10).sort()).toEqual([
    'released side',
    'released validate faded',
    'released validate side',
  ]);
});

it('gives the same bytes from the same seed', async () => {
  const bytes = async (): Promise<string> => {
    const run = await train(jobOf('pair', mdpdMethod, mdpd, 8));
    const values = await readRecord(executor, { ...run.state.trained, ...run.state.side });
    run.dispose();
    return JSON.stringify(Object.values(values).map(({ data }) => Array.from(data)));
  };
  expect(await bytes()).toBe(await bytes());
});

it('measures the boundary of every stream among its own blocks', async () => {
  const { provider, backbone, task } = tinyModel('pair');
  const job = trainingJob({ executor, method: full, provider, backbone, task });
  const batch = await task.splits.train!.load([0, 1, 2], { augment: false, seed: 0, epoch: 0 });
  const boundary = await measureBoundary(job, batch);
  expect(Object.keys(boundary!)).toEqual(['encoder', 'decoder']);
  for (const last of Object.values(boundary!)) expect([0, 1, 2]).toContain(last);
});
