import * as tf from '@tensorflow/tfjs-core';
import { hostTensor } from '@mdpd/tensor/host';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { describe, expect, it } from 'vitest';
import { measureLatency, median } from './latency.ts';

describe('median', () => {
  it.each([
    [[], 0],
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('leaves its argument as it is', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

it('runs models in turns, after two runs that are not timed, and frees everything', async () => {
  const executor = await cpuExecutor.start();
  const order: string[] = [];
  const model = (name: string, work: number) => ({
    params: {},
    forward: (_params: object, input: Readonly<Record<string, tf.Tensor>>) => {
      order.push(name);
      const until = performance.now() + work;
      while (performance.now() < until);
      return tf.mul(input['x']!, 2);
    },
  });
  const before = tf.memory().numTensors;
  const times = await measureLatency({
    executor,
    models: { quick: model('quick', 0), slow: model('slow', 4) },
    batch: { size: 1, input: { x: hostTensor([1], [1]) }, target: {} },
    repeats: 3,
  });
  expect(order).toEqual(Array.from({ length: 5 }, () => ['quick', 'slow']).flat());
  expect(Object.keys(times)).toEqual(['quick', 'slow']);
  expect(times['slow']).toBeGreaterThanOrEqual(4);
  expect(times['quick']).toBeGreaterThan(0);
  expect(times['quick']!).toBeLessThan(times['slow']!);
  expect(tf.memory().numTensors).toBe(before);
});
