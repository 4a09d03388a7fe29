import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { boxAround } from './box-around.ts';
import { useBackend } from './backend.ts';

beforeAll(() => useBackend('cpu'));

const shares = (centre: number[], raw: number[]): number[] =>
  Array.from(tf.sigmoid(boxAround(tf.tensor2d([centre]), tf.tensor2d([raw]))).dataSync());

describe('boxAround', () => {
  it('stays where it is without a step, and leaves the size alone', () => {
    const [x, y, width, height] = shares([0.3, 0.9], [0, 0, 0, Math.log(3)]);
    expect(x).toBeCloseTo(0.3, 6);
    expect(y).toBeCloseTo(0.9, 6);
    expect(width).toBeCloseTo(0.5, 6);
    expect(height).toBeCloseTo(0.75, 6);
  });

  it('moves from there by a step of the raw value', () => {
    const [x] = shares([0.3, 0.5], [Math.log(4), 0, 0, 0]);
    // Odds 3 : 7, times 4.
    expect(x).toBeCloseTo(12 / 19, 6);
  });

  it('is finite at the edge, and so is its gradient', () => {
    const raw = boxAround(tf.tensor2d([[0, 1]]), tf.zeros([1, 4]));
    expect(Array.from(raw.dataSync()).every(Number.isFinite)).toBe(true);
    const gradient = tf.grad((centre: tf.Tensor) => tf.sum(boxAround(centre, tf.zeros([1, 4]))));
    expect(Array.from(gradient(tf.tensor2d([[0, 1]])).dataSync()).every(Number.isFinite)).toBe(true);
  });

  it('has the gradient of the logits where the centre is inside', () => {
    const gradient = tf.grad((centre: tf.Tensor) => tf.sum(boxAround(centre, tf.zeros([1, 4]))));
    const [x, y] = gradient(tf.tensor2d([[0.2, 0.5]])).dataSync();
    // 1 / (c (1 − c))
    expect(x).toBeCloseTo(6.25, 4);
    expect(y).toBeCloseTo(4, 4);
  });
});
