import { useBackend } from '@mdpd/tensor/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createVtabTask } from './vtab-task.ts';

const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

const task = createVtabTask({
  labels,
  splits: {},
  preprocessing: {
    channels: 3,
    height: 4,
    width: 4,
    resize: { height: 4, width: 4 },
    resample: 2,
    rescaleFactor: 1 / 255,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  decode: {},
});

beforeAll(() => useBackend('cpu'));

describe('losses', () => {
  const softmax = (row: number[]): number[] => {
    const weights = row.map((value) => Math.exp(value));
    return weights.map((weight) => weight / weights.reduce((sum, each) => sum + each, 0));
  };
  const rows = [
    [1, 2, 3, 0, -1, 0.5, 0],
    [0, -2, 1, 4, 2, 1, 1],
  ];

  it('is the cross entropy of every example, smoothed where asked', async () => {
    const target = { label: tf.tensor1d([2, 0], 'int32') };
    const plain = await task.loss(tf.tensor2d(rows), target).data();
    const smooth = await task.loss(tf.tensor2d(rows), target, 0.1).data();
    for (const [i, label] of [2, 0].entries()) {
      const logs = softmax(rows[i]!).map(Math.log);
      expect(plain[i]).toBeCloseTo(-logs[label]!, 5);
      const spread = logs.reduce((sum, log) => sum + log, 0) / 7;
      expect(smooth[i]).toBeCloseTo(-(0.9 * logs[label]! + 0.1 * spread), 5);
    }
  });

  it('distils with T² · KL(teacher ‖ student)', async () => {
    const [student, teacher] = rows as [number[], number[]];
    const result = await task.distill(tf.tensor2d([student]), tf.tensor2d([teacher]), 2).data();
    const [p, q] = [softmax(teacher.map((v) => v / 2)), softmax(student.map((v) => v / 2))];
    const expected =
      4 * p.reduce((sum, probability, c) => sum + probability * Math.log(probability / q[c]!), 0);
    expect(result[0]).toBeCloseTo(expected, 4);
  });
});

describe('decode', () => {
  it('gives the five best classes with their probabilities', () => {
    const prediction = task.decode(Float32Array.of(0, Math.log(2), 0, Math.log(4), -Infinity, 0, 0));
    expect(prediction.value).toBe('d');
    expect(prediction.probability).toBeCloseTo(4 / 10, 6);
    expect(prediction.top!.map(({ value }) => value)).toEqual(['d', 'b', 'a', 'c', 'f']);
    expect(prediction.top!.map(({ probability }) => probability)).toEqual([
      expect.closeTo(0.4, 6),
      expect.closeTo(0.2, 6),
      expect.closeTo(0.1, 6),
      expect.closeTo(0.1, 6),
      expect.closeTo(0.1, 6),
    ]);
  });
});

describe('metrics', () => {
  it('has its primary metric first', () => {
    expect(Object.keys(task.metrics().result())).toEqual([task.primaryMetric, 'accuracy_top5', 'f1_macro']);
  });
});
