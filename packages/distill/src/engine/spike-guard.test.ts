import { describe, expect, it } from 'vitest';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { trainingJob } from '@mdpd/testing/training-job';
import { wasmExecutor } from '@mdpd/tensor/portable-executors';
import { onnxruntimeExecutor } from '@mdpd/compile/onnxruntime-executor';
import { trainSchema, type Dataset, type ExecutorProvider, type RunRecord, type Task } from '@mdpd/core';
import { labelMethods } from '../methods/label-method.ts';
import { SpikeGuard } from './spike-guard.ts';
import { readRecord } from './state.ts';
import { train } from './train.ts';

const steadily = (guard: SpikeGuard, phase: string, loss: number, times: number): (string | undefined)[] =>
  Array.from({ length: times }, () => guard.judge(phase, loss)).filter((each) => each !== undefined);

describe('SpikeGuard', () => {
  it('names a loss above the factor times the median, after eight losses of its phase', () => {
    const guard = new SpikeGuard(3);
    expect(steadily(guard, 'joint', 1, 7)).toEqual([]);
    expect(guard.judge('joint', 100)).toBeUndefined();
    expect(guard.judge('joint', 3)).toBeUndefined();
    expect(guard.judge('joint', 3.5)).toBe(
      'loss 3.500 is 3.50 times the median 1.000, and train.spikeGuard=3',
    );
    expect(guard.judge('side', 100)).toBeUndefined();
  });

  it('takes a loss that stays high for its new height', () => {
    const guard = new SpikeGuard(2);
    steadily(guard, 'train', 1, 64);
    const left = steadily(guard, 'train', 10, 64);
    expect(left.length).toBe(32);
  });

  it('has nothing to say of what is no number, or negative', () => {
    const guard = new SpikeGuard(2);
    steadily(guard, 'train', 1, 20);
    expect(guard.judge('train', NaN)).toBeUndefined();
    expect(guard.judge('train', -5)).toBeUndefined();
    const negative = new SpikeGuard(2);
    expect(steadily(negative, 'train', -1, 20)).toEqual([]);
    expect(negative.judge('train', 9)).toBeUndefined();
  });

  it('goes on from its history', () => {
    const first = new SpikeGuard(2);
    steadily(first, 'train', 1, 10);
    const second = new SpikeGuard(2, JSON.parse(JSON.stringify(first.history())) as Record<string, number[]>);
    expect(second.history()).toEqual({ train: Array.from({ length: 10 }, () => 1) });
    expect(second.judge('train', 3)).toBe(first.judge('train', 3));
  });
});

describe.each([wasmExecutor, onnxruntimeExecutor])(
  'train.spikeGuard on $name',
  (provider: ExecutorProvider) => {
    const backbone = tinyBackbone();
    const plain = tinyTask(backbone);
    const spikeAt = 12;

    /** From that step on one batch has labels and inputs that are far off. */
    const spiky = (): Task => {
      let loads = 0;
      const train: Dataset = {
        ...plain.splits.train!,
        load: async (indices, options) => {
          const batch = await plain.splits.train!.load(indices, options);
          if (++loads === spikeAt) batch.target['label']!.data.reverse();
          if (loads === spikeAt)
            for (const { data } of Object.values(batch.input)) data.forEach((_, i) => (data[i]! *= -50));
          return batch;
        },
      };
      return { ...plain, splits: { ...plain.splits, train } };
    };

    const run = async (steps: number, spikeGuard: 'off' | number, task: Task) => {
      const executor = await provider.start();
      const method = labelMethods.find(({ name }) => name === 'full')!;
      const settings = { steps, spikeGuard, seed: 3 };
      const job = trainingJob({ executor, method, train: settings, backbone, task });
      const before = executor.memory().liveTensors;
      const trained = await train(job);
      const state = await readRecord(executor, { ...trained.state.trained, ...trained.state.optimizer });
      trained.dispose();
      expect(executor.memory().liveTensors).toBe(before);
      await executor.stop();
      return {
        state,
        notes: job.records.filter(({ type }: RunRecord) => type === 'note'),
        records: job.records,
      };
    };

    it('keeps exactly the state from before the step', async () => {
      const { state, notes, records } = await run(spikeAt, 1.2, spiky());
      const loss = records.filter((each) => each.type === 'step').map((each) => each.loss);
      expect(notes).toEqual([
        {
          type: 'note',
          step: spikeAt,
          message: expect.stringMatching(/^step 12 is left out: loss .* times the median/) as string,
        },
      ]);
      expect(loss).toHaveLength(spikeAt);
      // Eleven steps of a run of twelve: rates depend on the number of steps only by their schedule, which is constant here.
      const without = await run(spikeAt - 1, 'off', plain);
      expect(Object.keys(state)).toEqual(Object.keys(without.state));
      for (const [name, { data }] of Object.entries(state))
        expect(data, name).toEqual(without.state[name]!.data);
    });
  },
);

it('is off by default', () => {
  expect(SpikeGuard.of(trainSchema.parse({ steps: 1 }))).toBeUndefined();
  expect(SpikeGuard.of(trainSchema.parse({ steps: 1, spikeGuard: 2 }))).toBeInstanceOf(SpikeGuard);
});
