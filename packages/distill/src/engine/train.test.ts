import * as tf from '@tensorflow/tfjs-core';
import {
  formatError,
  MdpdError,
  type Dataset,
  type Executor,
  type RunRecord,
  type StepRecord,
  type Task,
} from '@mdpd/core';
import { cpuExecutor, wasmExecutor } from '@mdpd/tensor/portable-executors';
import { differingNames } from '@mdpd/testing/differences';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { trainingJob } from '@mdpd/testing/training-job';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelMethods } from '../methods/label-method.ts';
import { mdpdMethod } from '../methods/mdpd-method.ts';
import { readRecord } from './state.ts';
import { train, type TrainingJob } from './train.ts';

const norm = labelMethods.find(({ name }) => name === 'norm')!;
const head = labelMethods.find(({ name }) => name === 'head')!;
const mdpdSettings = {
  side: { reductionFactor: 2, heads: 2, context: 1 },
  feature: { mode: 'hierarchical', rank: 3, boundary: 1 },
  unlabelled: { batchSize: 4 },
  fade: { train: 'norm+lora+head', lora: { rank: 2 } },
  warmup: 0.4,
};

let executor: Executor;
beforeAll(async () => {
  executor = await cpuExecutor.start();
});

const steps = (records: readonly RunRecord[]): StepRecord[] =>
  records.filter((record): record is StepRecord => record.type === 'step');

/** Records without what differs between equal runs. */
const timeless = (records: readonly RunRecord[]): unknown[] =>
  records.map((record) => ('time' in record ? { ...record, time: undefined } : record));

/** The error with which a run ends, and how many tensors it leaves. */
async function failure(job: TrainingJob): Promise<{ error: unknown; leaked: number }> {
  const before = tf.memory().numTensors;
  let error: unknown = 'no error';
  try {
    (await train(job)).dispose();
  } catch (thrown) {
    error = thrown;
  }
  return { error, leaked: tf.memory().numTensors - before };
}

describe('train', () => {
  it('reports every step, with its numbers and those of its time apart', async () => {
    const job = trainingJob({ executor, method: norm, train: { epochs: 2, batchSize: 16, warmup: 0.5 } });
    const run = await train(job);
    expect([run.steps, run.batchSize]).toEqual([6, 16]);
    const records = steps(job.records);
    expect(records.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(records.map(({ epoch }) => epoch)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(records[0]!.learningRate['norm']).toBeCloseTo(0.01 / 3, 8);
    expect(records[5]!.learningRate['norm']).toBe(0.01);
    for (const record of records) {
      expect(record.steps).toBe(6);
      expect(record.phase).toBe('train');
      expect(record.parts).toEqual({ taskLoss: record.loss });
      expect(record.metric! * 16).toBeCloseTo(Math.round(record.metric! * 16), 6);
      expect(record.time.seconds).toBeGreaterThan(0);
      expect(record.time.peakRssBytes).toBeGreaterThanOrEqual(record.time.rssBytes * 0.5);
    }
    expect(records[5]!.time.remainingSeconds).toBe(0);
    expect(run.samplesPerSecond).toBeCloseTo(16 / run.secondsPerStep, 6);
    expect(run.seconds).toBeGreaterThan(6 * 0.0001);
    run.dispose();
  });

  it('has freed the batch when it reads the numbers of a step', async () => {
    const batches: tf.Tensor[] = [];
    const alive: number[] = [];
    const watching: Executor = {
      ...executor,
      upload: (tensor, own) => {
        const uploaded = executor.upload(tensor, own);
        if (tensor.shape[0] === 13) batches.push(uploaded);
        return uploaded;
      },
      read: (tensor) => {
        alive.push(batches.filter(({ isDisposed }) => !isDisposed).length);
        return executor.read(tensor);
      },
    };
    const job = trainingJob({ executor: watching, method: norm, train: { epochs: 1, batchSize: 13 } });
    (await train(job)).dispose();
    expect(batches.length).toBeGreaterThan(3);
    expect(new Set(alive)).toEqual(new Set([0]));
  });

  it('writes a line every so many steps, and the last one', async () => {
    const job = trainingJob({ executor, method: head, train: { steps: 8, logEvery: 3 } });
    (await train(job)).dispose();
    expect(steps(job.records).map(({ step }) => step)).toEqual([1, 4, 7, 8]);
  });

  it('evaluates on validation as often as asked, every path of the method', async () => {
    const job = trainingJob({
      executor,
      method: mdpdMethod,
      settings: mdpdSettings,
      train: { epochs: 2, evaluateEvery: 1, evaluateBatchSize: 7 },
    });
    (await train(job)).dispose();
    const evaluations = job.records.flatMap((record) => (record.type === 'evaluation' ? [record] : []));
    expect(evaluations.map(({ step, path, split, examples }) => [step, path, split, examples])).toEqual([
      [3, 'faded', 'validation', 20],
      [3, 'side', 'validation', 20],
      [6, 'faded', 'validation', 20],
      [6, 'side', 'validation', 20],
    ]);
    expect(Object.keys(evaluations[0]!.metrics)).toEqual(['accuracy', 'meanClassAccuracy']);
  });

  it('frees everything: during the run, and after it', async () => {
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    const job = trainingJob({ executor, method: mdpdMethod, settings: mdpdSettings, train: { steps: 12 } });
    const counting = { name: 'count', record: () => void counts.push(tf.memory().numTensors) };
    const run = await train({ ...job, reporters: [...job.reporters, counting] });
    // Label and joint steps differ by the number of parts that they report.
    expect(new Set(counts.slice(0, 5)).size).toBe(1);
    expect(new Set(counts.slice(5)).size).toBe(1);
    run.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('needs training data', async () => {
    const job = trainingJob({ executor, method: head });
    const { error } = await failure({ ...job, task: { ...job.task, splits: {} } });
    expect(formatError(error as MdpdError)).toBe('error DATA_NO_TRAIN\n  the recipe names no training data');
  });

  it('asks for the boundary only where it is used, and hands on what was measured', async () => {
    const backbone = tinyBackbone({ blocks: 3 });
    const asked: string[] = [];
    const watched = {
      ...backbone,
      attention: (...args: Parameters<NonNullable<typeof backbone.attention>>) => {
        asked.push(`block ${args[1]}`);
        return backbone.attention!(...args);
      },
    };
    const run = async (boundary: string | number): Promise<unknown> => {
      asked.length = 0;
      const feature = { ...mdpdSettings.feature, boundary };
      const given = { executor, method: mdpdMethod, backbone: watched, train: { steps: 1 } };
      (await train(trainingJob({ ...given, settings: { ...mdpdSettings, feature } }))).dispose();
      return [...asked];
    };
    expect(await run('measured')).toEqual(['block 0', 'block 1', 'block 2']);
    expect(await run('half')).toEqual([]);
    expect(await run(2)).toEqual([]);
  });
});

describe('a run that fails', () => {
  it('on a broken loss says which and where, and leaves no tensor', async () => {
    const job = trainingJob({ executor, method: norm, train: { steps: 5 } });
    let loads = 0;
    const poisoned: Dataset = {
      ...job.task.splits.train!,
      load: async (indices, options) => {
        const batch = await job.task.splits.train!.load(indices, options);
        if (++loads === 3) batch.input['main_values']!.data[0] = NaN;
        return batch;
      },
    };
    const task: Task = { ...job.task, splits: { ...job.task.splits, train: poisoned } };
    const { error, leaked } = await failure({ ...job, task });
    expect(formatError(error as MdpdError)).toMatchInlineSnapshot(`
      "error TRAIN_NOT_FINITE at step 3
        the loss is no longer a number: taskLoss = NaN; main_values of training example 20 is not finite already
        fix: look at that example: its values are no numbers"
    `);
    expect(leaked).toBe(0);
    expect(steps(job.records).map(({ step }) => step)).toEqual([1, 2]);
  });

  it('on a learning rate that is far too high says so', async () => {
    const job = trainingJob({
      executor,
      method: labelMethods.find(({ name }) => name === 'full')!,
      train: { steps: 60, learningRate: { weight: 10, head: 10 }, beta1: 0, beta2: 0, epsilon: 1e-30 },
    });
    const { error, leaked } = await failure(job);
    // Layer norms keep even absurd weights finite for a while; if the loss breaks, this is how.
    if (error !== 'no error') expect((error as MdpdError).code).toBe('TRAIN_NOT_FINITE');
    expect(leaked).toBe(0);
  });

  it('on request stops between steps, and leaves no tensor', async () => {
    const controller = new AbortController();
    const job = trainingJob({ executor, method: norm, train: { steps: 50 }, signal: controller.signal });
    const stop = {
      name: 'stop',
      record: (record: RunRecord) => {
        if (record.type === 'step' && record.step === 3) controller.abort();
      },
    };
    const { error, leaked } = await failure({ ...job, reporters: [...job.reporters, stop] });
    expect(formatError(error as MdpdError)).toMatchInlineSnapshot(`
      "error INTERRUPTED
        stopped on request
        fix: run the same command again"
    `);
    expect(leaked).toBe(0);
    expect(steps(job.records)).toHaveLength(3);
  });

  it('on request stops before the first step', async () => {
    const job = trainingJob({ executor, method: norm, signal: AbortSignal.abort() });
    const { error, leaked } = await failure(job);
    expect((error as MdpdError).code).toBe('INTERRUPTED');
    expect(leaked).toBe(0);
    expect(job.records).toEqual([]);
  });

  it.each([0, 1, 2])('on data that cannot be read, at step %i, passes the error on once', async (at) => {
    const job = trainingJob({ executor, method: norm, train: { steps: 4 } });
    let loads = 0;
    const broken: Dataset = {
      ...job.task.splits.train!,
      load: async (indices, options) => {
        if (loads++ === at) throw new MdpdError('IMAGE', 'cannot decode', { place: 'photos/3.png' });
        return job.task.splits.train!.load(indices, options);
      },
    };
    const slow: Executor = {
      ...executor,
      read: async (tensor) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return executor.read(tensor);
      },
    };
    const task: Task = { ...job.task, splits: { ...job.task.splits, train: broken } };
    const { error, leaked } = await failure({ ...job, task, executor: slow });
    expect(formatError(error as MdpdError)).toBe('error IMAGE at photos/3.png\n  cannot decode');
    expect(leaked).toBe(0);
  });

  it('on a step that throws leaves no tensor', async () => {
    const job = trainingJob({ executor, method: norm });
    const task: Task = {
      ...job.task,
      loss: () => {
        throw new Error('broken task');
      },
    };
    const { error, leaked } = await failure({ ...job, task });
    expect((error as Error).message).toBe('broken task');
    expect(leaked).toBe(0);
  });
});

describe('determinism', () => {
  const job = (seed: number): ReturnType<typeof trainingJob> =>
    trainingJob({
      executor,
      method: mdpdMethod,
      settings: mdpdSettings,
      train: { steps: 8, seed, evaluateEvery: 1 },
    });

  it.each(['cpu', 'wasm'] as const)(
    'same seed, same bytes on %s: what ships and what is reported',
    async (name) => {
      const own = await { cpu: cpuExecutor, wasm: wasmExecutor }[name].start();
      const runs = [];
      for (const seed of [1, 1, 2]) {
        const given = { ...job(seed), executor: own };
        const run = await train(given);
        const shipped = run.method.ship(run.state);
        const side = await readRecord(own, run.state.side);
        runs.push({ shipped: await readRecord(own, shipped), side, records: timeless(given.records) });
        run.dispose();
      }
      const [first, same, other] = runs as [(typeof runs)[0], (typeof runs)[0], (typeof runs)[0]];
      expect(differingNames(first.shipped, same.shipped)).toEqual([]);
      expect(differingNames(first.side, same.side)).toEqual([]);
      expect(JSON.stringify(first.records)).toBe(JSON.stringify(same.records));
      expect(differingNames(first.shipped, other.shipped).length).toBeGreaterThan(5);
      expect(JSON.stringify(first.records)).not.toBe(JSON.stringify(other.records));
    },
  );

  it('does not depend on what else is on the task: validation changes nothing', async () => {
    const plain = await train({ ...job(1), reporters: [] });
    const { validation: _without, ...splits } = job(1).task.splits;
    const alone = await train({ ...job(1), task: { ...tinyTask(job(1).backbone), splits }, reporters: [] });
    const [a, b] = [plain, alone].map((run) => run.method.ship(run.state));
    expect(differingNames(await readRecord(executor, a!), await readRecord(executor, b!))).toEqual([]);
    plain.dispose();
    alone.dispose();
  });
});
