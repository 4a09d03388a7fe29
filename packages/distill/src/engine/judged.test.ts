import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Executor, Judgement, Task } from '@mdpd/core';
import { judgeClass } from '@mdpd/data/class-outputs';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate, type Evaluation, type EvaluationJob } from './evaluate.ts';
import { exampleOf } from './judged.ts';

const hostile = ['<script>alert(1)</script>', '__proto__', 'token "3"\n\u0000'];
const plain: Task = tinyTask(tinyBackbone({ tokens: 5, features: 6 }), { sizes: { test: 13 }, noise: 1.5 });
const task: Task = {
  ...plain,
  labels: hostile,
  decode: (output) => ({
    ...plain.decode(output),
    value: hostile[[...output].indexOf(Math.max(...output))]!,
  }),
  judge: (output, target) => judgeClass(output, hostile, target),
};
const dataset = task.splits.test!;

let executor: Executor;
beforeAll(async () => {
  executor = await cpuExecutor.start();
});

/** Three numbers of every example. */
const forward: EvaluationJob<object>['forward'] = (_, input) =>
  tf.slice(tf.sum(tf.square(input['main_values']!), 2), [0, 1], [-1, 3]);
const run = (changes: Partial<EvaluationJob<object>> = {}): Promise<Evaluation> =>
  evaluate({ executor, forward, params: {}, dataset, task, batchSize: 4, judge: true, ...changes });

describe('judging', () => {
  it('says of every example what is right, and counts as the metric does', async () => {
    const before = tf.memory().numTensors;
    const { judged, predictions, metrics } = await run();
    expect(tf.memory().numTensors).toBe(before);
    const { target } = await dataset.load([...Array(13).keys()], { augment: false, seed: 0, epoch: 0 });
    const labels = [...target['label']!.data];
    expect([...judged!.expected]).toEqual(labels);
    expect([...judged!.predicted]).toEqual(predictions.map((value) => hostile.indexOf(value)));
    expect([...judged!.right]).toEqual(predictions.map((value, i) => Number(value === hostile[labels[i]!])));
    const share = judged!.right.reduce((sum, right) => sum + right, 0) / 13;
    expect(share).toBeCloseTo(metrics['accuracy']!, 12);
    // Otherwise this shows nothing.
    expect(new Set(judged!.right).size).toBe(2);
    expect(judged!.boxes).toBeUndefined();
  });

  it('is the same whatever the batches, and as it was asked for', async () => {
    const { judged } = await run();
    for (const batchSize of [1, 13, 50]) expect((await run({ batchSize })).judged).toEqual(judged);
    const bucketed = { ...dataset, bucket: (index: number) => (7 * index) % 3 };
    expect((await run({ dataset: bucketed })).judged).toEqual(judged);
    expect((await run({ judge: false })).judged).toBeUndefined();
    expect((await run({ task: plain })).judged).toBeUndefined();
    const limited = (await run({ limit: 5 })).judged!;
    expect([...limited.right.subarray(0, 5)]).toEqual([...judged!.right.subarray(0, 5)]);
    expect([...limited.right.subarray(5)]).toEqual(new Array(8).fill(-1));
  });

  it('keeps boxes and probabilities, and hands on what stands beside the outputs', async () => {
    const sizes = {
      data: Int32Array.from({ length: 26 }, (_, i) => i),
      shape: [13, 2],
      dtype: 'int32',
    } as const;
    const sized = {
      ...dataset,
      load: async (
        indices: readonly number[],
        options: Parameters<typeof dataset.load>[1],
      ): Promise<Batch> => {
        const about = {
          size: {
            ...sizes,
            data: Int32Array.from(indices.flatMap((i) => [2 * i, 2 * i + 1])),
            shape: [indices.length, 2],
          },
        };
        return { ...(await dataset.load(indices, options)), about };
      },
    };
    const boxed: Task = {
      ...task,
      decode: (_output, input) => {
        const [width, height] = input!['size']!.data as Int32Array;
        return { value: 'x', probability: 0.25, ...(width === 0 ? {} : { box: [0, 0, width!, height!] }) };
      },
      judge: (_output, _target, input): Judgement => ({ right: input!['size']!.data[0]! > 6 }),
    };
    const { judged } = await run({ dataset: sized, task: boxed });
    expect([...judged!.boxes!.subarray(0, 8)]).toEqual([NaN, NaN, NaN, NaN, 0, 0, 2, 3]);
    expect([...judged!.right]).toEqual(Array.from({ length: 13 }, (_, i) => Number(2 * i > 6)));
    expect(new Set(judged!.probability)).toEqual(new Set([0.25]));
    expect(new Set(judged!.predicted)).toEqual(new Set([-1]));
  });

  it('that throws costs the judgement, not the evaluation', async () => {
    let calls = 0;
    const broken: Task = {
      ...task,
      judge: () => {
        calls++;
        throw new Error('no such label');
      },
    };
    const { judged, metrics, predictions } = await run({ task: broken });
    expect(judged!.failure).toBe('no such label');
    expect(calls).toBe(1);
    const sound = await run();
    expect([metrics, predictions]).toEqual([sound.metrics, sound.predictions]);
  });
});

it('exampleOf takes one row of every tensor, without copying', () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const { x } = exampleOf({ x: { data, shape: [3, 2, 1], dtype: 'float32' } }, 1);
  expect(x).toEqual({ data: Float32Array.of(3, 4), shape: [1, 2, 1], dtype: 'float32' });
  expect(x!.data.buffer).toBe(data.buffer);
});
