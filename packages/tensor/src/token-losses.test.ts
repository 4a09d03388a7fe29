import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import { crossEntropy, distillationKl } from './losses.ts';
import { noLabel, tokenCrossEntropy, tokenDistillation } from './token-losses.ts';

const [B, T, V] = [3, 4, 5];
const labelRows = [
  [2, 0, 4, noLabel],
  [noLabel, noLabel, noLabel, noLabel],
  [noLabel, 3, noLabel, noLabel],
];
const normal = (seed: number): tf.Tensor => tf.randomNormal([B, T, V], 0, 2, 'float32', seed);
const labels = (): tf.Tensor => tf.tensor2d(labelRows, [B, T], 'int32');

/** The mean over an example's labelled tokens of a loss of rows, by plain operations. */
function plain(lossOf: (label: number, row: number, at: number) => tf.Tensor): tf.Tensor {
  const examples = labelRows.map((row, example) => {
    const losses = row.flatMap((label, at) =>
      label < 0 ? [] : [tf.reshape(lossOf(label, example, at), [])],
    );
    return losses.length === 0 ? tf.scalar(0) : tf.div(tf.addN(losses), losses.length);
  });
  return tf.stack(examples);
}

const tokenOf = (x: tf.Tensor, example: number, at: number): tf.Tensor =>
  tf.reshape(tf.slice(x, [example, at, 0], [1, 1, V]), [1, V]);

function largest(a: tf.Tensor, b: tf.Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
}

describe.each(['cpu', 'wasm'] as const)('losses of tokens on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  const dy = (): tf.Tensor => tf.tensor1d([0.5, 3, -2]);

  it.each([0, 0.2])('are the mean cross entropy of labelled tokens, smoothed by %d', (smoothing) => {
    const logits = normal(1);
    const own = (x: tf.Tensor): tf.Tensor => tokenCrossEntropy(x, labels(), smoothing);
    const expected = (x: tf.Tensor): tf.Tensor =>
      plain((label, example, at) =>
        crossEntropy(tokenOf(x, example, at), tf.tensor1d([label], 'int32'), smoothing),
      );
    expect(own(logits).shape).toEqual([B]);
    expect(own(logits).dataSync()[1]).toBeCloseTo(0, 12);
    expect(largest(own(logits), expected(logits))).toBeLessThan(1e-5);
    expect(largest(tf.grad(own)(logits, dy()), tf.grad(expected)(logits, dy()))).toBeLessThan(1e-5);
  });

  it.each([1, 3])('are the mean divergence of labelled tokens at temperature %d', (temperature) => {
    const [student, teacher] = [normal(2), normal(3)];
    const own = (x: tf.Tensor): tf.Tensor => tokenDistillation(x, teacher, labels(), temperature);
    const expected = (x: tf.Tensor): tf.Tensor =>
      plain((_, example, at) =>
        distillationKl(tokenOf(x, example, at), tokenOf(teacher, example, at), temperature),
      );
    expect(largest(own(student), expected(student))).toBeLessThan(1e-5);
    expect(largest(tf.grad(own)(student, dy()), tf.grad(expected)(student, dy()))).toBeLessThan(1e-5);
    expect(
      own(teacher)
        .dataSync()
        .every((value) => Math.abs(value) < 1e-6),
    ).toBe(true);
  });

  it('have no gradient at tokens without a label, and none of the teacher', () => {
    const [student, teacher] = [normal(2), normal(3)];
    const [ofStudent, ofTeacher] = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
      tf.add(tokenDistillation(a, b, labels(), 2), tf.mul(tf.sum(b), 0)),
    )([student, teacher]);
    expect(tf.max(tf.abs(ofTeacher!)).dataSync()[0]).toBe(0);
    const cross = tf.grad((x) => tokenCrossEntropy(x, labels()))(student);
    for (const gradient of [ofStudent!, cross]) {
      const sizes = tf.sum(tf.abs(gradient), -1).arraySync() as number[][];
      labelRows.forEach((row, b) =>
        row.forEach((label, t) => expect(sizes[b]![t]! > 0, `${b} ${t}`).toBe(label >= 0)),
      );
    }
  });

  it('do not overflow with large logits', () => {
    const loss = tokenCrossEntropy(tf.mul(normal(1), 1000), labels());
    expect(loss.dataSync().every(Number.isFinite)).toBe(true);
  });
});
