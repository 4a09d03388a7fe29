import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import { sizeOf } from './host.ts';

/** The box's values by their indices. */
function cut(shape: readonly number[], begin: readonly number[], size: readonly number[]): number[] {
  return Array.from({ length: sizeOf(size) }, (_, at) => {
    let [rest, offset, stride] = [at, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += ((rest % size[axis]!) + begin[axis]!) * stride;
      rest = Math.floor(rest / size[axis]!);
      stride *= shape[axis]!;
    }
    return offset;
  });
}

/** A shape, and in it a box of at least one value. */
const boxes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(), fc.nat()), { minLength: 1, maxLength: 5 })
  .map((axes) => {
    const shape = axes.map(([length]) => length);
    const begin = axes.map(([length, first]) => first % length);
    const size = axes.map(([length, , count], i) => 1 + (count % (length - begin[i]!)));
    return { shape, begin, size };
  });

describe('slices on wasm', () => {
  beforeAll(() => useBackend('wasm'));

  it('cuts any box', () => {
    fc.assert(
      fc.property(boxes, ({ shape, begin, size }) => {
        const y = tf.tidy(() => tf.slice(tf.reshape(tf.range(0, sizeOf(shape)), shape), begin, size));
        expect([y.shape, Array.from(y.dataSync())]).toEqual([size, cut(shape, begin, size)]);
        y.dispose();
      }),
    );
  });

  it('splits and unstacks along any axis', () => {
    const shape = [2, 5, 3];
    const x = tf.tidy(() => tf.reshape(tf.range(0, 30, 1, 'int32'), shape));
    for (const axis of [0, 1, 2]) {
      const part = (first: number, length: number): number[] =>
        cut(
          shape,
          shape.map((_, i) => (i === axis ? first : 0)),
          shape.map((whole, i) => (i === axis ? length : whole)),
        );
      const length = shape[axis]!;
      const split = tf.split(x, [1, length - 1], axis - 3);
      const unstacked = tf.unstack(x, axis - 3);
      expect(split.map((t) => Array.from(t.dataSync()))).toEqual([part(0, 1), part(1, length - 1)]);
      expect(unstacked.map((t) => Array.from(t.dataSync()))).toEqual(
        Array.from({ length }, (_, i) => part(i, 1)),
      );
      expect([split[1]!.dtype, split[1]!.shape[axis], unstacked[0]!.shape]).toEqual([
        'int32',
        length - 1,
        shape.filter((_, i) => i !== axis),
      ]);
      tf.dispose([split, unstacked]);
    }
    x.dispose();
  });

  it('cuts empty boxes', () => {
    const y = tf.tidy(() => tf.slice(tf.ones([2, 3]), [0, 1], [2, 0]));
    expect([y.shape, y.size]).toEqual([[2, 0], 0]);
    y.dispose();
  });
});
