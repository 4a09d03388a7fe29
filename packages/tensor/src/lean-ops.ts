/**
 * Operations whose gradient needs no values, only shapes. The gradients of tfjs's own versions keep their operands
 * alive until the backward pass.
 */
import * as tf from '@tensorflow/tfjs-core';
import { sumToShape, withGradient } from './with-gradient.ts';

/** a + b, broadcast. */
export function add(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [aShape, bShape] = [a.shape, b.shape];
  return withGradient(
    { a, b },
    () => tf.add(a, b),
    (dy) => ({ a: () => sumToShape(dy, aShape), b: () => sumToShape(dy, bShape) }),
  );
}

/** x · factor. */
export function scale(x: tf.Tensor, factor: number): tf.Tensor {
  return withGradient(
    { x },
    () => tf.mul(x, factor),
    (dy) => ({ x: () => tf.mul(dy, factor) }),
  );
}

/** x in another shape; one length may be -1. */
export function reshape(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const before = x.shape;
  return withGradient(
    { x },
    () => tf.reshape(x, [...shape]),
    (dy) => ({ x: () => tf.reshape(dy, before) }),
  );
}
