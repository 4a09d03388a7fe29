import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import { compareWithReference, operand, type Reference } from './compare.ts';

interface Product {
  readonly a: number[];
  readonly b: number[];
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Plain triple loop over a batch, in float64; an operand with fewer matrices is repeated. */
function referenceMatMul({ a, b, transposeA, transposeB }: Product): Reference {
  const [rowsA, columnsA] = a.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const p = transposeB ? rowsB : columnsB;
  return (left, right) => {
    const matrices = Math.max(left.length / (rowsA * columnsA), right.length / (rowsB * columnsB));
    const out = new Float64Array(matrices * m * p);
    for (let n = 0; n < matrices; n++)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < p; j++)
          for (let l = 0; l < k; l++) {
            const x = left[((n * rowsA * columnsA) % left.length) + (transposeA ? l * m + i : i * k + l)]!;
            const y = right[((n * rowsB * columnsB) % right.length) + (transposeB ? j * k + l : l * p + j)]!;
            out[(n * m + i) * p + j]! += x * y;
          }
    return out;
  };
}

const flags = [false, true];
const products: Product[] = flags.flatMap((transposeA) =>
  flags.flatMap((transposeB) => {
    const shapes = (outerA: number[], outerB: number[], [m, k, p]: [number, number, number]) => ({
      a: [...outerA, ...(transposeA ? [k, m] : [m, k])],
      b: [...outerB, ...(transposeB ? [p, k] : [k, p])],
      transposeA,
      transposeB,
    });
    return [
      shapes([], [], [3, 5, 4]),
      shapes([2, 2], [2, 2], [3, 5, 4]),
      shapes([3], [1], [3, 5, 4]),
      shapes([1], [3], [3, 5, 4]),
    ];
  }),
);

describe.each(['cpu', 'wasm'] as const)('training on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(products)('multiplies $a by $b (transposed: $transposeA, $transposeB)', (product) => {
    const result = compareWithReference(
      (a, b) => tf.matMul(a, b, product.transposeA, product.transposeB),
      referenceMatMul(product),
      [operand(product.a), operand(product.b, 1)],
    );
    expect(result.value).toBeLessThan(1e-6);
    expect(Math.max(...result.gradients)).toBeLessThan(1e-6);
    expect(result.leaked).toBe(0);
  });

  it('multiplies batches of matrices too big for the naive loop', () => {
    const product = { a: [3, 21, 24], b: [3, 20, 24], transposeA: false, transposeB: true };
    const [a, b] = [operand(product.a), operand(product.b, 1)];
    const y = tf.tidy(() =>
      tf.matMul(tf.tensor(a.data.slice(), product.a), tf.tensor(b.data.slice(), product.b), false, true),
    );
    const expected = referenceMatMul(product)(Float64Array.from(a.data), Float64Array.from(b.data));
    const actual = y.dataSync();
    const errors = Array.from(expected, (value, i) => Math.abs(value - actual[i]!));
    expect(y.shape).toEqual([3, 21, 20]);
    expect(Math.max(...errors)).toBeLessThan(1e-4);
    y.dispose();
  });

  it('differentiates gather', () => {
    const indices = tf.tensor1d([2, 0, 2, 1, 2], 'int32');
    const rows = [2, 0, 2, 1, 2];
    const result = compareWithReference(
      (x) => tf.gather(x, indices),
      (x) => rows.flatMap((row) => Array.from(x.slice(row * 3, row * 3 + 3))),
      [operand([4, 3])],
    );
    const second = compareWithReference(
      (x) => tf.gather(x, indices, 1),
      (x) => [0, 1].flatMap((row) => rows.map((column) => x[row * 3 + column]!)),
      [operand([2, 3])],
    );
    expect([result.value, second.value]).toEqual([0, 0]);
    expect(Math.max(...result.gradients, ...second.gradients)).toBeLessThan(1e-6);
    expect(result.leaked + second.leaked).toBe(0);
    indices.dispose();
  });
});

describe.each(['cpu', 'wasm'] as const)('kernels of %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('writes one-hot rows of the type asked for', () => {
    const y = tf.tidy(() =>
      tf.oneHot(
        tf.tensor2d(
          [
            [1, 0],
            [3, -1],
          ],
          [2, 2],
          'int32',
        ),
        3,
        0.75,
        0.25,
        'float32',
      ),
    );
    expect([y.shape, y.dtype]).toEqual([[2, 2, 3], 'float32']);
    expect(Array.from(y.dataSync())).toEqual([0.25, 0.75, 0.25, 0.75, 0.25, 0.25, ...Array(6).fill(0.25)]);
    y.dispose();
  });

  it('clones without a copy', () => {
    const x = tf.tensor1d([1, 2]);
    const buffers = tf.memory().numDataBuffers;
    const copy = tf.clone(x);
    expect(tf.memory().numDataBuffers).toBe(buffers);
    x.dispose();
    expect(Array.from(copy.dataSync())).toEqual([1, 2]);
    copy.dispose();
    expect(tf.memory().numDataBuffers).toBe(buffers - 1);
  });
});

describe('set-up', () => {
  it('can be repeated and shares a process with another backend', async () => {
    const product = () => tf.tidy(() => Array.from(tf.matMul([[1, 2]], [[3], [4]]).dataSync()));
    for (const name of ['wasm', 'cpu', 'wasm'] as const) {
      await useBackend(name);
      expect([tf.getBackend(), product()]).toEqual([name, [11]]);
    }
  });
});
