import * as tf from '@tensorflow/tfjs-core';
import type { Dataset, Executor, Task } from '@mdpd/core';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { beforeAll, describe, expect, it } from 'vitest';
import { collectOutputs, type OutputsJob } from './run-batches.ts';

const task: Task = tinyTask(tinyBackbone({ tokens: 5, features: 6 }), { sizes: { test: 13 } });
const dataset = task.splits.test!;
let executor: Executor;
beforeAll(async () => {
  executor = await cpuExecutor.start();
});

/** Three numbers of every example, and nothing but of it. */
const forward: OutputsJob<object>['forward'] = (_, input) =>
  tf.slice(tf.sum(tf.square(input['main_values']!), 2), [0, 1], [-1, 3]);
const collect = (changes: Partial<OutputsJob<object>> = {}): Promise<Float32Array> =>
  collectOutputs({ executor, forward, params: {}, dataset, task, batchSize: 4, ...changes });

describe('collectOutputs', () => {
  it('has a row for every example, in order, whatever the batches are', async () => {
    const before = tf.memory().numTensors;
    const { input } = await dataset.load([...Array(13).keys()], { augment: false, seed: 0, epoch: 0 });
    const expected = tf.tidy(() => [
      ...forward({}, { main_values: tf.tensor(input['main_values']!.data, [13, 5, 6]) }).dataSync(),
    ]);
    for (const batchSize of [1, 4, 13, 50]) {
      expect([...(await collect({ batchSize }))]).toEqual(expected);
    }
    const bucketed: Dataset = { ...dataset, bucket: (index) => (7 * index) % 3 };
    expect([...(await collect({ dataset: bucketed }))]).toEqual(expected);
    expect([...(await collect({ limit: 5 }))]).toEqual(expected.slice(0, 15));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is empty where there is no example', async () => {
    expect(await collect({ dataset: { ...dataset, size: 0 } })).toHaveLength(0);
  });
});
