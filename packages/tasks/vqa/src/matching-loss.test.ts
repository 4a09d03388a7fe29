import { useBackend } from '@mdpd/tensor/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { answerDistillation } from './answer-loss.ts';
import { matchingLoss } from './matching-loss.ts';

beforeAll(() => useBackend('cpu'));

const logits = [0.3, -1.2, 2.5, -0.1];
const labels = [1, 0, 0, 1];
const column = (values: number[]): tf.Tensor => tf.tensor2d(values, [values.length, 1]);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const bits = (p: number, x: number): number => -p * Math.log(sigmoid(x)) - (1 - p) * Math.log(sigmoid(-x));

describe('matchingLoss', () => {
  it.each([0, 0.2])('is binary cross-entropy, with smoothing %d', (smoothing) => {
    const loss = matchingLoss(column(logits), tf.tensor1d(labels, 'int32'), smoothing);
    expect(loss.shape).toEqual([4]);
    [...loss.dataSync()].forEach((value, i) => {
      expect(value).toBeCloseTo(bits(labels[i]! * (1 - smoothing) + smoothing / 2, logits[i]!), 6);
    });
  });

  it('neither overflows nor loses its gradient far out', () => {
    const far = column([200, -200, 200, -200]);
    const known = tf.tensor1d([0, 1, 1, 0], 'int32');
    expect([...matchingLoss(far, known).dataSync()]).toEqual([200, 200, 0, 0]);
    const gradient = tf.grad((x) => tf.sum(matchingLoss(x, known)))(far);
    expect([...gradient.dataSync()]).toEqual([1, -1, 0, 0]);
  });

  it('has the gradient σ(x) − p', () => {
    const known = tf.tensor1d(labels, 'int32');
    const gradient = tf
      .grad((x) => tf.sum(matchingLoss(x, known)))(column(logits))
      .dataSync();
    logits.forEach((x, i) => expect(gradient[i]).toBeCloseTo(sigmoid(x) - labels[i]!, 6));
  });
});

describe('answerDistillation of one logit', () => {
  it('is T² times the divergence, with the gradient T·(σ(s/T) − σ(t/T))', () => {
    const [teacher, temperature] = [[1.5, -0.4, 0.2, -3], 3];
    const compute = (x: tf.Tensor): tf.Tensor => answerDistillation(x, column(teacher), temperature);
    const loss = compute(column(logits)).dataSync();
    const gradient = tf
      .grad((x) => tf.sum(compute(x)))(column(logits))
      .dataSync();
    logits.forEach((x, i) => {
      const [s, t] = [x / temperature, teacher[i]! / temperature];
      const p = sigmoid(t);
      expect(loss[i]).toBeCloseTo(temperature ** 2 * (bits(p, s) - bits(p, t)), 5);
      expect(gradient[i]).toBeCloseTo(temperature * (sigmoid(s) - p), 6);
    });
    expect(
      compute(column(teacher))
        .dataSync()
        .every((value) => Math.abs(value) < 1e-6),
    ).toBe(true);
  });
});
