import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import { compareWithReference, operand } from './compare.ts';
import { layerNorm, normalize } from './layer-norm.ts';

const D = 6;

const reference =
  (epsilon: number) =>
  (x: Float64Array, gamma?: Float64Array, beta?: Float64Array): Float64Array => {
    const out = new Float64Array(x.length);
    for (let start = 0; start < x.length; start += D) {
      const row = x.slice(start, start + D);
      const mean = row.reduce((sum, value) => sum + value, 0) / D;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / D;
      row.forEach((value, i) => {
        const y = (value - mean) / Math.sqrt(variance + epsilon);
        out[start + i] = y * (gamma?.[i] ?? 1) + (beta?.[i] ?? 0);
      });
    }
    return out;
  };

describe.each(['cpu', 'wasm'] as const)('layer norm on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    [[4, D], 1e-12],
    [[2, 3, D], 1e-5],
    [[2, 2, 2, D], 0.1],
    [[D], 1e-6],
  ])('normalizes, scales and shifts %j with epsilon %d', (shape, epsilon) => {
    const result = compareWithReference(
      (x, gamma, beta) => layerNorm(x, gamma, beta, epsilon),
      reference(epsilon),
      [operand(shape), operand([D], 1), operand([D], 2)],
    );
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(2e-6);
    expect(result.leaked).toBe(0);
  });

  it('normalizes without scale and shift', () => {
    const result = compareWithReference((x) => normalize(x, 1e-5), reference(1e-5), [operand([2, 3, D])]);
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(2e-6);
    expect(result.leaked).toBe(0);
  });

  it('gives the shift, not NaN, for constant rows', () => {
    const y = tf.tidy(() => layerNorm(tf.fill([2, D], 3), tf.ones([D]), tf.fill([D], 0.5), 1e-12));
    expect(Array.from(y.dataSync())).toEqual(Array(2 * D).fill(0.5));
    y.dispose();
  });

  it('keeps only x and gamma for the backward pass', () => {
    const x = tf.ones([5, D]);
    const [gamma, beta] = [tf.ones([D]), tf.zeros([D])];
    const before = tf.memory().numDataBuffers;
    let added = 0;
    const grads = tf.grads((a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => {
      const y = layerNorm(a, b, c, 1e-5);
      added = tf.memory().numDataBuffers - before;
      return y;
    })([x, gamma, beta]);
    // The result is the only new buffer: what is saved shares those of x and gamma.
    expect(added).toBe(1);
    tf.dispose([x, gamma, beta, grads]);
  });
});
