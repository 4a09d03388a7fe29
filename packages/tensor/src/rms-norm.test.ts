import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import { compareWithReference, operand } from './compare.ts';
import { rmsNorm } from './rms-norm.ts';

const D = 6;

const reference =
  (epsilon: number) =>
  (x: Float64Array, gamma: Float64Array): Float64Array => {
    const out = new Float64Array(x.length);
    for (let start = 0; start < x.length; start += D) {
      const row = x.slice(start, start + D);
      const size = Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 0) / D + epsilon);
      row.forEach((value, i) => (out[start + i] = (value / size) * gamma[i]!));
    }
    return out;
  };

describe.each(['cpu', 'wasm'] as const)('RMS norm on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    [[4, D], 1e-12],
    [[2, 3, D], 1e-6],
    [[2, 2, 2, D], 0.1],
    [[D], 1e-6],
  ])('divides by the root mean square and scales %j with epsilon %d', (shape, epsilon) => {
    const result = compareWithReference((x, gamma) => rmsNorm(x, gamma, epsilon), reference(epsilon), [
      operand(shape),
      operand([D], 1),
    ]);
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(2e-6);
    expect(result.leaked).toBe(0);
  });

  it('has the gradients that tfjs finds through plain operations', () => {
    const plain = (x: tf.Tensor, gamma: tf.Tensor): tf.Tensor =>
      tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-3))), gamma);
    const inputs = [tf.randomNormal([3, 4, D], 0, 1, 'float32', 1), tf.randomNormal([D], 0, 1, 'float32', 2)];
    const dy = tf.randomNormal([3, 4, D], 0, 1, 'float32', 3);
    const own = tf.grads((x: tf.Tensor, gamma: tf.Tensor) => rmsNorm(x, gamma, 1e-3))(inputs, dy);
    tf.grads(plain)(inputs, dy).forEach((expected, i) => {
      expect(tf.max(tf.abs(tf.sub(own[i]!, expected))).dataSync()[0]).toBeLessThan(1e-5);
    });
  });

  it('gives zeros, not NaN, for rows of zeros', () => {
    const y = tf.tidy(() => rmsNorm(tf.zeros([2, D]), tf.fill([D], 3), 1e-6));
    expect(Array.from(y.dataSync())).toEqual(Array(2 * D).fill(0));
    y.dispose();
  });

  it('keeps only x and gamma for the backward pass', () => {
    const x = tf.ones([5, D]);
    const gamma = tf.ones([D]);
    const before = tf.memory().numDataBuffers;
    let added = 0;
    const grads = tf.grads((a: tf.Tensor, b: tf.Tensor) => {
      const y = rmsNorm(a, b, 1e-6);
      added = tf.memory().numDataBuffers - before;
      return y;
    })([x, gamma]);
    // The result is the only new buffer: what is saved shares those of x and gamma.
    expect(added).toBe(1);
    tf.dispose([x, gamma, grads]);
  });
});
