import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import { compareWithReference, operand } from './compare.ts';
import { crossEntropy, distillationKl } from './losses.ts';

const [B, C] = [3, 4];
const labels = [2, 0, 3];

function logSoftmax(x: Float64Array): Float64Array {
  const largest = Math.max(...x);
  const total = Math.log(x.reduce((sum, value) => sum + Math.exp(value - largest), 0)) + largest;
  return x.map((value) => value - total);
}

const rows = (x: Float64Array): Float64Array[] =>
  Array.from({ length: B }, (_, b) => x.slice(b * C, b * C + C));

const referenceCrossEntropy =
  (smoothing: number) =>
  (logits: Float64Array): number[] =>
    rows(logits).map((row, b) => {
      const p = logSoftmax(row);
      const uniform = p.reduce((sum, value) => sum - value / C, 0);
      return (1 - smoothing) * -p[labels[b]!]! + smoothing * uniform;
    });

const referenceKl = (student: Float64Array, teacher: Float64Array, temperature: number): number[] =>
  rows(student).map((row, b) => {
    const p = logSoftmax(rows(teacher)[b]!.map((value) => value / temperature));
    const q = logSoftmax(row.map((value) => value / temperature));
    return temperature ** 2 * p.reduce((sum, value, c) => sum + Math.exp(value) * (value - q[c]!), 0);
  });

describe.each(['cpu', 'wasm'] as const)('losses on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([0, 0.1])('cross entropy with smoothing %d', (smoothing) => {
    const target = tf.tensor1d(labels, 'int32');
    const result = compareWithReference(
      (logits) => crossEntropy(logits, target, smoothing),
      referenceCrossEntropy(smoothing),
      [operand([B, C])],
    );
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(1e-6);
    expect(result.leaked).toBe(0);
    target.dispose();
  });

  it.each([1, 2, 4.5])('distillation at temperature %d', (temperature) => {
    const teacherData = operand([B, C], 1);
    const teacher = tf.tensor([...teacherData.data], [B, C]);
    const exact = Float64Array.from(teacher.dataSync());
    const result = compareWithReference(
      (student) => distillationKl(student, teacher, temperature),
      (student) => referenceKl(student, exact, temperature),
      [operand([B, C])],
    );
    expect(result.value).toBeLessThan(1e-5);
    expect(result.gradients[0]).toBeLessThan(2e-6);
    expect(result.leaked).toBe(0);
    teacher.dispose();
  });

  it('is zero between equal logits and finite for confident ones', () => {
    const logits = tf.tensor2d([[300, -300, 0, 1]]);
    const other = tf.tensor2d([[-300, 300, 0, 1]]);
    const [same, far] = tf.tidy(() => [distillationKl(logits, logits, 2), distillationKl(other, logits, 2)]);
    expect(Array.from(same!.dataSync())).toEqual([0]);
    expect(Array.from(far!.dataSync())).toEqual([1200]);
    tf.dispose([logits, other, same!, far!]);
  });

  it('does not differentiate the teacher', () => {
    const student = tf.tensor2d([[1, 2, 0]]);
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.add(distillationKl(student, x, 2), tf.sum(x))));
    const dx = gradient(tf.tensor2d([[0, 1, 5]]));
    expect(Array.from(dx.dataSync())).toEqual([1, 1, 1]);
  });
});
