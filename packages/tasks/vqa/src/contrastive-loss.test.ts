import { useBackend } from '@mdpd/tensor/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { contrastiveDistillation, contrastiveLoss } from './contrastive-loss.ts';

beforeAll(() => useBackend('cpu'));

/** Unit vectors of three images, and of three texts. */
const unit = (values: number[]): number[] => values.map((value) => value / Math.hypot(...values));
const images = [unit([1, 0.2]), unit([-0.3, 1]), unit([0.5, -0.8])];
const texts = [unit([0.9, -0.1]), unit([0.1, 0.7]), unit([-0.6, -0.9])];
const others = [unit([0.2, 0.9]), unit([1, 1]), unit([-0.4, 0.3])];
const rowsOf = (a: number[][], b: number[][]): tf.Tensor =>
  tf.tensor2d(a.map((row, i) => [...row, ...b[i]!]));

const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const cosines = (a: number[][], b: number[][], divisor: number): number[][] =>
  a.map((row) => b.map((column) => dot(row, column) / divisor));
const softmax = (row: number[]): number[] => {
  const powers = row.map(Math.exp);
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
};
const kl = (p: number[], q: number[]): number =>
  p.reduce((sum, each, i) => sum + each * Math.log(each / q[i]!), 0);

const temperature = 0.3;

describe('contrastiveLoss', () => {
  it('is the mean of both cross-entropies over the batch', () => {
    const [rows, columns] = [cosines(images, texts, temperature), cosines(texts, images, temperature)];
    const expected = [0, 1, 2].map(
      (i) => -(Math.log(softmax(rows[i]!)[i]!) + Math.log(softmax(columns[i]!)[i]!)) / 2,
    );
    const loss = contrastiveLoss(rowsOf(images, texts), temperature);
    expect(loss.shape).toEqual([3]);
    [...loss.dataSync()].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });

  it('has the gradient of finite differences', () => {
    const total = (values: Float32Array | number[]): number =>
      tf.sum(contrastiveLoss(tf.tensor2d([...values], [3, 4]), temperature)).dataSync()[0]!;
    const start = [...rowsOf(images, texts).dataSync()];
    const gradient = tf
      .grad((x) => tf.sum(contrastiveLoss(x, temperature)))(tf.tensor2d(start, [3, 4]))
      .dataSync();
    const step = 1e-2;
    start.forEach((_, i) => {
      const at = (change: number) => total(start.map((value, j) => (j === i ? value + change : value)));
      expect(gradient[i]).toBeCloseTo((at(step) - at(-step)) / (2 * step), 2);
    });
  });
});

describe('contrastiveDistillation', () => {
  it('is T² times the mean of both divergences, and nothing for the teacher itself', () => {
    const softness = 2;
    const of = (a: number[][], b: number[][]): number[][] =>
      cosines(a, b, temperature * softness).map(softmax);
    const expected = [0, 1, 2].map(
      (i) =>
        (softness ** 2 *
          (kl(of(images, others)[i]!, of(images, texts)[i]!) +
            kl(of(others, images)[i]!, of(texts, images)[i]!))) /
        2,
    );
    const [student, teacher] = [rowsOf(images, texts), rowsOf(images, others)];
    const loss = contrastiveDistillation(student, teacher, temperature, softness).dataSync();
    [...loss].forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 4));
    const same = contrastiveDistillation(student, student, temperature, softness).dataSync();
    [...same].forEach((value) => expect(value).toBeCloseTo(0, 6));
  });
});
