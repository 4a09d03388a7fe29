import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { useBackend } from '../backend.ts';
import { createRandom } from '../random.ts';
import { smallProductsBase64 } from './small-products-binary.ts';

const numbers = (label: string, count: number): Float32Array => {
  const random = createRandom(0).fork(label);
  return Float32Array.from({ length: count }, () => random.normal());
};

describe('small products', () => {
  beforeAll(() => useBackend('wasm'));

  it('are assembled from the source beside them', async () => {
    const source = readFileSync(new URL('./small-products.wat', import.meta.url), 'utf8');
    const { parseWat } = await wabt();
    const { buffer } = parseWat('small-products.wat', source, { simd: true }).toBinary({});
    expect(Buffer.from(buffer).toString('base64')).toBe(smallProductsBase64);
  });

  it.each([
    [2, 1, 1, 1],
    [3, 5, 7, 21],
    [4, 17, 16, 17],
    [6, 17, 17, 16],
    [2, 3, 4, 40],
  ])('of %i matrices %i×%i times ×%i equal sums in float64', async (n, m, k, p) => {
    const [a, b] = [numbers('a', n * m * k), numbers('b', n * k * p)];
    const before = tf.memory().numTensors;
    const product = tf.tidy(() => tf.matMul(tf.tensor3d(a, [n, m, k]), tf.tensor3d(b, [n, k, p])));
    const values = await product.data();
    let worst = 0;
    for (let i = 0; i < n * m * p; i++) {
      const [matrix, row, column] = [Math.floor(i / (m * p)), Math.floor(i / p) % m, i % p];
      let sum = 0;
      for (let j = 0; j < k; j++) sum += a[(matrix * m + row) * k + j]! * b[(matrix * k + j) * p + column]!;
      worst = Math.max(worst, Math.abs(sum - values[i]!));
    }
    expect(worst).toBeLessThan(1e-5);
    product.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
