import * as tf from '@tensorflow/tfjs-core';
import type { StepInput } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, expect, it } from 'vitest';
import { firstRows, stepBatch } from './step-batch.ts';

beforeAll(() => useBackend('cpu'));

const step = (extra: StepInput['extra']): StepInput => ({
  input: {
    a: tf.tensor2d([
      [1, 2],
      [3, 4],
    ]),
    b: tf.tensor1d([5, 6]),
  },
  target: {},
  extra,
  noise: {},
  scalars: {},
});

it('is the labelled examples alone where there are no others', () => {
  const input = step({ view1: { a: tf.zeros([2, 2]), b: tf.zeros([2]) } });
  const { all, rows } = stepBatch(input);
  expect(all).toBe(input.input);
  expect(rows).toBe(2);
});

it('puts unlabelled examples after the labelled ones, input by input', () => {
  const { all, rows } = stepBatch(step({ unlabelled: { b: tf.tensor1d([7]), a: tf.tensor2d([[8, 9]]) } }));
  expect(rows).toBe(2);
  expect(all['a']!.arraySync()).toEqual([
    [1, 2],
    [3, 4],
    [8, 9],
  ]);
  expect(all['b']!.arraySync()).toEqual([5, 6, 7]);
});

it('takes the first rows of logits, and all of them as they are', () => {
  const logits = tf.tensor2d([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  expect(firstRows(logits, 2).arraySync()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(firstRows(logits, 3)).toBe(logits);
});

it('takes the first examples of logits of tokens', () => {
  const logits = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
  expect(firstRows(logits, 1).arraySync()).toEqual([
    [
      [1, 2],
      [3, 4],
    ],
  ]);
});
