import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { attention, attentionProbabilities } from './attention.ts';
import { useBackend } from './backend.ts';
import { compareWithReference, operand } from './compare.ts';

const [B, N, M, D, H] = [2, 3, 4, 6, 2];
const d = D / H;

/** softmax(scale · q·kᵀ + bias), [B, H, N, M], by loops. Bias [B, 1, 1, M]. */
function probabilities(q: Float64Array, k: Float64Array, factor: number, bias?: Float64Array): Float64Array {
  const out = new Float64Array(B * H * N * M);
  for (let b = 0; b < B; b++)
    for (let h = 0; h < H; h++)
      for (let n = 0; n < N; n++) {
        const row = Array.from({ length: M }, (_, m) => {
          let sum = bias?.[b * M + m] ?? 0;
          for (let i = 0; i < d; i++)
            sum += factor * q[(b * N + n) * D + h * d + i]! * k[(b * M + m) * D + h * d + i]!;
          return sum;
        });
        const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
        row.forEach((value, m) => (out[((b * H + h) * N + n) * M + m] = Math.exp(value) / total));
      }
  return out;
}

function reference(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  factor: number,
  bias?: Float64Array,
): Float64Array {
  const p = probabilities(q, k, factor, bias);
  return Float64Array.from({ length: B * N * D }, (_, at) => {
    const [b, n, h, i] = [Math.floor(at / (N * D)), Math.floor(at / D) % N, Math.floor((at % D) / d), at % d];
    let sum = 0;
    for (let m = 0; m < M; m++) sum += p[((b * H + h) * N + n) * M + m]! * v[(b * M + m) * D + h * d + i]!;
    return sum;
  });
}

const qkv = [operand([B, N, D]), operand([B, M, D], 1), operand([B, M, D], 2)];

describe.each(['cpu', 'wasm'] as const)('attention on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('mixes values by scaled dot products', () => {
    const result = compareWithReference(
      (q, k, v) => attention(q, k, v, { heads: H }),
      (q, k, v) => reference(q!, k!, v!, 1 / Math.sqrt(d)),
      qkv,
    );
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(2e-6);
    expect(result.leaked).toBe(0);
  });

  it('adds a broadcast bias and takes another scale', () => {
    const result = compareWithReference(
      (q, k, v, bias) => attention(q, k, v, { heads: H, bias, scale: 0.25 }),
      (q, k, v, bias) => reference(q!, k!, v!, 0.25, bias),
      [...qkv, operand([B, 1, 1, M], 3)],
    );
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(2e-6);
    expect(result.leaked).toBe(0);
  });

  it('gives the probabilities of every head', () => {
    const result = compareWithReference(
      (q, k) => attentionProbabilities(q, k, { heads: H }),
      (q, k) => probabilities(q!, k!, 1 / Math.sqrt(d)),
      qkv.slice(0, 2),
    );
    expect(Math.max(result.value, ...result.gradients)).toBeLessThan(2e-6);
  });

  it('hides masked keys', () => {
    const y = tf.tidy(() => {
      const [q, k] = [tf.ones([1, 2, 4]), tf.ones([1, 3, 4])];
      const bias = tf.tensor4d([0, -3.4e38, 0], [1, 1, 1, 3]);
      return attentionProbabilities(q, k, { heads: 1, bias });
    });
    expect(Array.from(y.dataSync())).toEqual([0.5, 0, 0.5, 0.5, 0, 0.5]);
    y.dispose();
  });
});
