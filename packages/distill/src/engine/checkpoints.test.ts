import * as tf from '@tensorflow/tfjs-core';
import { MdpdError, type Executor, type HostTensor, type RunRecord, type TrainStateHost } from '@mdpd/core';
import { wasmExecutor } from '@mdpd/tensor/portable-executors';
import { differingNames } from '@mdpd/testing/differences';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { trainingJob, type JobOptions } from '@mdpd/testing/training-job';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelMethods } from '../methods/label-method.ts';
import { mdpdMethod } from '../methods/mdpd-method.ts';
import { sideMethod } from '../methods/side-method.ts';
import { keptParts, restore, type Checkpoints, type ResumedState, type Snapshot } from './checkpoints.ts';
import { readRecord } from './state.ts';
import { train } from './train.ts';

let executor: Executor;
beforeAll(async () => {
  executor = await wasmExecutor.start();
});

const steps = 14;
const methodOf = (name: string): JobOptions['method'] => labelMethods.find((each) => each.name === name)!;
const mdpd = {
  method: mdpdMethod,
  settings: {
    side: { reductionFactor: 2, heads: 2, context: 1 },
    feature: { mode: 'hierarchical', rank: 3, boundary: 1 },
    unlabelled: { batchSize: 4 },
    fade: { train: 'norm+lora+head', lora: { rank: 2 } },
    warmup: 0.4,
  },
};
type Job = Pick<JobOptions, 'method' | 'settings'> & { readonly spikeGuard?: number };
const jobs: Readonly<Record<string, Job>> = {
  mdpd,
  side: { method: sideMethod, settings: { side: { reductionFactor: 2, heads: 2 } } },
  lora: { method: methodOf('lora'), settings: {} },
  full: { method: methodOf('full'), settings: {} },
  // So slow, and so near to the median, that steps are left out: what the guard remembers counts.
  'head, spikes left out': { method: methodOf('head'), settings: {}, spikeGuard: 1.001 },
};

/** Keeps states in memory: every `every` steps, and when the loop asks for it. */
class Memory implements Checkpoints {
  readonly resumed?: ResumedState;
  readonly kept: ResumedState[] = [];
  private readonly every: number;

  constructor(resumed?: ResumedState, every = Infinity) {
    if (resumed) this.resumed = resumed;
    this.every = every;
  }

  reached(step: number): boolean {
    return step % this.every === 0;
  }

  async save({ step, boundary, losses, timing, state, read }: Snapshot): Promise<void> {
    const parts = await Promise.all(
      keptParts.map(async (part) => {
        const tensors: [string, HostTensor][] = [];
        // Backwards: the order in which a file has them is not that of the state.
        for (const [name, tensor] of Object.entries(state[part]).reverse())
          tensors.push([name, { ...(await read(tensor)) }]);
        return [part, Object.fromEntries(tensors)] as const;
      }),
    );
    this.kept.push({
      step,
      boundary,
      losses,
      timing,
      state: Object.fromEntries(parts) as unknown as ResumedState['state'],
    });
  }
}

const settings = {
  steps,
  evaluateEvery: 1,
  batchSize: 16,
  clipNorm: 1,
  schedule: 'cosine',
  warmup: 0.2,
} as const;

async function finish(
  { spikeGuard, ...options }: Job,
  checkpoints: Checkpoints,
): Promise<{ records: unknown[]; state: Record<string, HostTensor> }> {
  const job = trainingJob({
    executor,
    ...options,
    train: { ...settings, ...(spikeGuard ? { spikeGuard, learningRate: { head: 1e-4 } } : {}) },
  });
  const run = await train({ ...job, checkpoints });
  const parts = await Promise.all(keptParts.map((part) => readRecord(executor, run.state[part])));
  run.dispose();
  const named = parts.flatMap((part, i) =>
    Object.entries(part).map(([name, value]) => [`${keptParts[i]}/${name}`, value] as const),
  );
  return { records: job.records.map(timeless), state: Object.fromEntries(named) };
}

const timeless = (record: RunRecord): unknown => ({ ...record, time: undefined });

describe.each(Object.entries(jobs))('%s', (_name, options) => {
  it('ends with the same tensors and records from every state that was kept', async () => {
    const undisturbed = await finish(options, new Memory());
    const leftOut = JSON.stringify(undisturbed.records).includes('is left out');
    expect(leftOut).toBe(options.spikeGuard !== undefined);
    const memory = new Memory(undefined, 3);
    await finish(options, memory);
    expect(memory.kept.map(({ step }) => step)).toEqual([3, 6, 9, 12, 14]);
    for (const resumed of memory.kept) {
      const before = tf.memory().numTensors;
      const { records, state } = await finish(options, new Memory(resumed));
      expect(differingNames(state, undisturbed.state)).toEqual([]);
      // The evaluation after the step of a checkpoint is made again.
      expect(records).toEqual(undisturbed.records.slice(undisturbed.records.length - records.length));
      const stepsLeft = records.filter((record) => (record as RunRecord).type === 'step').length;
      expect([stepsLeft, tf.memory().numTensors - before]).toEqual([steps - resumed.step, 0]);
    }
  });
});

describe('what stops a run', () => {
  it('leaves the state of the last step, whether asked for by a signal or by data that cannot be read', async () => {
    const undisturbed = await finish(mdpd, new Memory());
    const controller = new AbortController();
    const stopped = new Memory();
    const job = trainingJob({ executor, ...mdpd, train: settings, signal: controller.signal });
    const stopAt = { name: 'stop', record: ({ step }: RunRecord) => void (step === 3 && controller.abort()) };
    const reporters = [...job.reporters, stopAt];
    await expect(train({ ...job, reporters, checkpoints: stopped })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });

    const backbone = tinyBackbone();
    const task = tinyTask(backbone);
    const { train: data } = task.splits;
    let loads = 0;
    const vanishing = {
      ...data!,
      load: async (...args: Parameters<NonNullable<typeof data>['load']>) => {
        if (++loads > 5) throw new MdpdError('FILE_NOT_FOUND', 'gone');
        return data!.load(...args);
      },
    };
    const broken = trainingJob({
      executor,
      ...mdpd,
      train: settings,
      task: { ...task, splits: { ...task.splits, train: vanishing } },
    });
    const failed = new Memory();
    await expect(train({ ...broken, checkpoints: failed })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });

    for (const { kept } of [stopped, failed]) {
      expect(kept).toHaveLength(1);
      expect(kept[0]!.step).toBeGreaterThan(1);
      const { state } = await finish(mdpd, new Memory(kept[0]));
      expect(differingNames(state, undisturbed.state)).toEqual([]);
    }
  });

  it('keeps nothing of a step whose loss is no number', async () => {
    const memory = new Memory();
    const job = trainingJob({
      executor,
      method: methodOf('full'),
      train: {
        ...settings,
        clipNorm: 0,
        schedule: 'constant',
        learningRate: { weight: 10, norm: 10, bias: 10 },
      },
    });
    const failing: Executor = {
      ...executor,
      read: async (tensor) => {
        const value = await executor.read(tensor);
        return job.records.length > 4 && tensor.rank === 0
          ? { ...value, data: Float32Array.of(Number.NaN) }
          : value;
      },
    };
    await expect(train({ ...job, executor: failing, checkpoints: memory })).rejects.toMatchObject({
      code: 'TRAIN_NOT_FINITE',
    });
    expect(memory.kept).toEqual([]);
  });

  it('says what was wrong, not that the state could not be kept either', async () => {
    const controller = new AbortController();
    const job = trainingJob({ executor, ...mdpd, train: settings, signal: controller.signal });
    const reporters = [{ name: 'stop', record: () => controller.abort() }];
    const save = async (): Promise<void> => {
      throw new MdpdError('DISK_FULL', 'full');
    };
    const checkpoints = { reached: () => false, save };
    await expect(train({ ...job, reporters, checkpoints })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const always = { reached: () => true, save };
    await expect(train({ ...job, signal: undefined, checkpoints: always })).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
  });
});

it('refuses the state of another model', () => {
  const tensor = (shape: number[]): HostTensor => ({
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
    shape,
    dtype: 'float32',
  });
  const fresh: TrainStateHost = { frozen: {}, trained: { a: tensor([2]) }, side: {}, optimizer: {} };
  const timing = { seconds: 0, timedSeconds: 0, timedSteps: 0, stepSeconds: 0, peakRssBytes: 0 };
  const kept = (trained: Record<string, HostTensor>): ResumedState => ({
    step: 5,
    boundary: undefined,
    timing,
    state: { trained, side: {}, optimizer: {} },
  });
  expect(restore(fresh, kept({ a: tensor([2]) })).trained).toEqual(fresh.trained);
  expect(() => restore(fresh, kept({ a: tensor([3]) }))).toThrow(
    '1 tensors of the checkpoint are not those of this recipe: trained/a is float32 [3]',
  );
  expect(() => restore(fresh, kept({}))).toThrow('trained/a is missing');
  expect(() => restore(fresh, kept({ a: tensor([2]), b: tensor([1]) }))).toThrow('trained/b is float32 [1]');
});
