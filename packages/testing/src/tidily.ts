/** tf.tidy around functions that return plain values. */
import * as tf from '@tensorflow/tfjs-core';

/** The value of `fn`; every tensor that it made is freed. */
export function tidily<T>(fn: () => T): T {
  let value: T | undefined;
  tf.tidy(() => {
    value = fn();
  });
  return value as T;
}
