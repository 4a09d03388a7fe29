import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import { compareWithReference, operand } from './compare.ts';
import { add, reshape, scale } from './lean-ops.ts';
import { stopGradient, withGradient } from './with-gradient.ts';

describe.each(['cpu', 'wasm'] as const)('own gradients on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('computes only the gradients that are needed', () => {
    const computed: string[] = [];
    const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      withGradient(
        { a, b },
        (save) => {
          save(a, b);
          return tf.mul(a, b);
        },
        (dy, x, y) => ({
          a: () => (computed.push('a'), tf.mul(dy, y!)),
          b: () => (computed.push('b'), tf.mul(dy, x!)),
        }),
      );
    const [a, b] = [tf.tensor1d([2, 3]), tf.tensor1d([5, 7])];
    const before = tf.memory().numTensors;
    const da = tf.grad((x: tf.Tensor) => product(x, b))(a);
    expect([Array.from(da.dataSync()), computed]).toEqual([[5, 7], ['a']]);
    da.dispose();
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([a, b]);
  });

  it('survives a gradient that hands its argument on, and a value that is the input', () => {
    const same = (x: tf.Tensor): tf.Tensor =>
      withGradient(
        { x },
        () => x,
        (dy) => ({ x: () => dy }),
      );
    const x = tf.tensor1d([2, 3]);
    const dy = tf.tensor1d([1, 10]);
    const dx = tf.grad((v: tf.Tensor) => tf.add(same(v), tf.add(same(v), same(v))))(x, dy);
    expect([Array.from(dx.dataSync()), Array.from(dy.dataSync())]).toEqual([
      [3, 30],
      [1, 10],
    ]);
    tf.dispose([x, dx, dy]);
  });

  it('stops gradients', () => {
    const x = tf.tensor1d([2, 3]);
    const dx = tf.grad((v: tf.Tensor) => tf.mul(v, stopGradient(tf.square(v))))(x);
    expect(Array.from(dx.dataSync())).toEqual([4, 9]);
    tf.dispose([x, dx]);
  });

  it('adds with broadcasting', () => {
    const result = compareWithReference(
      add,
      (a, b) => a!.map((value, i) => value + b![Math.floor(i / 12) * 3 + (i % 3)]!),
      [operand([2, 4, 3]), operand([2, 1, 3], 1)],
    );
    const swapped = compareWithReference(add, (a, b) => b!.map((value, i) => value + a![i % 3]!), [
      operand([3]),
      operand([4, 3], 1),
    ]);
    const errors = [result, swapped].flatMap(({ value, gradients }) => [value, ...gradients]);
    expect(Math.max(...errors)).toBeLessThan(1e-6);
    expect(result.leaked + swapped.leaked).toBe(0);
  });

  it('adds a tensor to itself', () => {
    const result = compareWithReference(
      (a) => add(a, a),
      (a) => a!.map((value) => 2 * value),
      [operand([3])],
    );
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(1e-6);
    expect(result.leaked).toBe(0);
  });

  it('scales and reshapes', () => {
    const result = compareWithReference(
      (x) => reshape(scale(x, 2.5), [3, -1]),
      (x) => x!.map((value) => 2.5 * value),
      [operand([2, 3])],
    );
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(1e-6);
    expect(result.leaked).toBe(0);
  });

  it('keeps nothing for the gradient of a sum', () => {
    const x = tf.ones([100]);
    const before = tf.memory().numDataBuffers;
    let kept = 0;
    const dx = tf.grad((v: tf.Tensor) => {
      const y = tf.tidy(() => add(scale(v, 2), scale(v, 3)));
      kept = tf.memory().numDataBuffers - before;
      return y;
    })(x);
    expect(kept).toBe(1);
    tf.dispose([x, dx]);
  });
});
