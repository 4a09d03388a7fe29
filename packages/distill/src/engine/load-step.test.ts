import type { Dataset, LoadOptions, Task } from '@mdpd/core';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyModel } from '@mdpd/testing/fixtures/tiny-models';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { trainSettings } from '@mdpd/testing/training-job';
import { describe, expect, it } from 'vitest';
import { stepLoader } from './load-step.ts';
import { planSteps } from './plan-steps.ts';

interface Load {
  readonly origin: string;
  readonly indices: number[];
  readonly options: LoadOptions;
}

const plain = tinyTask(tinyBackbone(), { sizes: { train: 10 } });
const train = trainSettings({ batchSize: 4, epochs: 3, seed: 5 });
const plan = planSteps({ size: 10 }, train);

function watched(task: Task): { task: Task; loads: Load[] } {
  const loads: Load[] = [];
  const watch = (dataset: Dataset): Dataset => ({
    ...dataset,
    load: (indices, options) => {
      loads.push({ origin: dataset.origin, indices: [...indices], options });
      return dataset.load(indices, options);
    },
  });
  const splits = Object.fromEntries(Object.entries(task.splits).map(([name, split]) => [name, watch(split)]));
  return { task: { ...task, splits }, loads };
}

describe('stepLoader', () => {
  it('loads the examples of the step, augmented by seed and epoch', async () => {
    const { task, loads } = watched(plain);
    const load = stepLoader({ task, train }, { views: 1, unlabelled: 0 }, plan);
    const { main, extra } = await load(3);
    expect(main.size).toBe(4);
    expect(extra).toEqual({});
    expect(loads).toEqual([
      {
        origin: 'tiny:train',
        indices: [...plan.indices(3)],
        options: { augment: true, seed: 5, epoch: 1, view: 0 },
      },
    ]);
  });

  it('loads further views of the same examples', async () => {
    const { task, loads } = watched(plain);
    const { main, extra } = await stepLoader({ task, train }, { views: 3, unlabelled: 0 }, plan)(0);
    expect(Object.keys(extra)).toEqual(['view1', 'view2']);
    expect(loads.map(({ options }) => options.view)).toEqual([1, 2, 0]);
    expect(new Set(loads.map(({ indices }) => indices.join())).size).toBe(1);
    const values = [main, extra['view1']!, extra['view2']!].map((batch) =>
      batch.input['main_values']!.data.join(),
    );
    expect(new Set(values).size).toBe(3);
  });

  it('loads unlabelled examples in an order of their own, each once an epoch', async () => {
    const { task, loads } = watched(plain);
    const load = stepLoader({ task, train }, { views: 1, unlabelled: 16 }, plan);
    for (let step = 0; step < 3; step++) {
      const { extra } = await load(step);
      expect(extra['unlabelled']!.size).toBe(16);
      expect(extra['unlabelled']!.target).toEqual({});
    }
    const asked = loads.filter(({ origin }) => origin === 'tiny:unlabelled');
    const firstEpoch = asked.slice(0, 2).flatMap(({ indices }) => indices);
    expect(new Set(firstEpoch).size).toBe(32);
    expect(asked.map(({ options }) => options.epoch)).toEqual([0, 0, 1]);
  });

  it('goes through a small unlabelled split more than once, so that every step has the same shape', async () => {
    const { task, loads } = watched(plain);
    const { extra } = await stepLoader({ task, train }, { views: 1, unlabelled: 50 }, plan)(0);
    expect(extra['unlabelled']!.input['main_values']!.shape[0]).toBe(50);
    const { indices } = loads.find(({ origin }) => origin === 'tiny:unlabelled')!;
    expect(new Set(indices).size).toBe(40);
    expect(indices.slice(40)).toEqual(indices.slice(0, 10));
  });

  it('loads none where the data have none', async () => {
    const { unlabelled: _without, ...splits } = plain.splits;
    const task = { ...plain, splits };
    expect((await stepLoader({ task, train }, { views: 1, unlabelled: 8 }, plan)(0)).extra).toEqual({});
    const empty = { ...plain, splits: { ...splits, unlabelled: { ...plain.splits.unlabelled!, size: 0 } } };
    expect((await stepLoader({ task: empty, train }, { views: 1, unlabelled: 8 }, plan)(0)).extra).toEqual(
      {},
    );
  });

  it('gives labelled and unlabelled texts one length, and as few lengths as there are buckets', async () => {
    const { task } = tinyModel('text');
    const textPlan = planSteps(task.splits.train!, train);
    const load = stepLoader({ task, train }, { views: 1, unlabelled: 5 }, textPlan);
    const lengths = new Set<number>();
    let padded = 0;
    for (let step = 0; step < 20; step++) {
      const { main, extra } = await load(step);
      const [own, other] = [main, extra['unlabelled']!].map(({ input }) => input['input_ids']!.shape[1]!);
      expect(other).toBe(own);
      expect(main.input['attention_mask']!.shape).toEqual([4, own]);
      lengths.add(own!);
      const plainly = await task.splits.train!.load([...textPlan.indices(step)], {
        augment: false,
        seed: 0,
        epoch: 0,
      });
      if (plainly.input['input_ids']!.shape[1] !== own) padded += 1;
    }
    expect([...lengths].sort()).toEqual([5, 8]);
    expect(padded).toBeGreaterThan(0);
  });
});
