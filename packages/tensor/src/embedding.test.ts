import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import { compareWithReference, operand } from './compare.ts';
import { lookup } from './embedding.ts';

const D = 3;

describe.each(['cpu', 'wasm'] as const)('lookup on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    ['a vector of ids', [2, 0, 2, 1, 2], [5]],
    ['a matrix of ids', [4, 4, 4, 4, 0, 1], [2, 3]],
    ['one id', [3], []],
    ['every row once', [3, 1, 0, 2, 4], [1, 5]],
  ])('gives rows and adds up their gradients: %s', (_name, ids, shape) => {
    const indices = tf.tensor(ids, shape, 'int32');
    const result = compareWithReference(
      (table) => {
        const rows = lookup(table, indices);
        expect(rows.shape).toEqual([...shape, D]);
        return rows;
      },
      (table) => ids.flatMap((id) => Array.from(table.slice(id * D, id * D + D))),
      [operand([5, D])],
    );
    expect(result.value).toBe(0);
    expect(result.gradients[0]).toBeLessThan(1e-6);
    expect(result.leaked).toBe(0);
    indices.dispose();
  });

  it('has the gradient that tfjs derives from a product with one-hot rows', async () => {
    const [rows, width] = [50, 8];
    const ids = tf.randomUniform([4, 16], 0, rows, 'int32', 3);
    const table = tf.randomNormal([rows, width], 0, 1, 'float32', 4);
    const dy = tf.randomNormal([4, 16, width], 0, 1, 'float32', 5);
    const difference = tf.tidy(() => {
      const own = tf.grad((x: tf.Tensor) => lookup(x, ids))(table, dy);
      const hot = tf.reshape(tf.oneHot(ids as tf.Tensor1D, rows, 1, 0, 'float32'), [64, rows]);
      const stock = tf.grad((x: tf.Tensor) => tf.reshape(tf.matMul(hot, x), dy.shape))(table, dy);
      return tf.max(tf.abs(tf.sub(own, stock)));
    });
    expect((await difference.data())[0]).toBeLessThan(1e-5);
    tf.dispose([ids, table, dy, difference]);
  });

  it('keeps nothing but the ids for the backward pass', () => {
    const table = tf.ones([5, D]);
    const ids = tf.tensor1d([1, 2], 'int32');
    const before = tf.memory().numDataBuffers;
    let added = 0;
    const gradient = tf.grad((x: tf.Tensor) => {
      const rows = lookup(x, ids);
      added = tf.memory().numDataBuffers - before;
      return rows;
    })(table);
    expect(added).toBe(1);
    tf.dispose([table, ids, gradient]);
  });

  it('takes a vocabulary: no time goes into words that are not there', () => {
    const [rows, width] = [30_522, 16];
    const ids = tf.fill([512], 7, 'int32');
    const table = tf.zeros([rows, width]);
    const start = performance.now();
    const gradient = tf.tidy(() => tf.grad((x: tf.Tensor) => lookup(x, ids))(table));
    const values = gradient.dataSync() as Float32Array;
    // The stock kernel of the cpu backend takes half a minute.
    expect(performance.now() - start).toBeLessThan(1500);
    expect(Array.from(values.subarray(7 * width, 8 * width))).toEqual(Array(width).fill(512));
    expect(values.reduce((sum, value) => sum + value)).toBe(512 * width);
    tf.dispose([ids, table, gradient]);
  });

  it('leaves out ids that are nowhere in the table when it adds up', () => {
    const sums = tf.tidy(() =>
      tf.unsortedSegmentSum(tf.ones([4, 2]), tf.tensor1d([-1, 3, 0, 0], 'int32'), 3),
    );
    expect(Array.from(sums.dataSync())).toEqual([2, 2, 0, 0, 0, 0]);
    sums.dispose();
  });
});
