/** How fast this machine is, measured in less than two seconds with the executor that trains. */
import * as tf from '@tensorflow/tfjs-core';
import type { Executor } from '@mdpd/core';

export interface Speed {
  /** Operations of matrix products a second, two a multiplication. */
  readonly flopsPerSecond: number;
  /** Bytes that elementwise operators read and write a second. */
  readonly bytesPerSecond: number;
  /** What every operator takes besides, however small it is. */
  readonly secondsPerNode: number;
}

/** Rows, width and width of the hidden layer of a transformer's product: [n, d] · [d, m]. */
const product = { n: 1536, d: 512, m: 2048 };
/** Numbers of an elementwise operand: 16 MB, more than most caches hold. */
const elements = 4 * 2 ** 20;
/** Operators of the probe of small ones. */
const chain = 400;
/** Seconds of each of the three probes. */
const patience = 0.5;

export async function calibrate(executor: Executor): Promise<Speed> {
  const { n, d, m } = product;
  const multiply = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.mean(tf.matMul(a, b));
  const flops = 2 * n * d * m;
  const add = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.mean(tf.add(a, b));
  // Two operands are read, their sum is written and read.
  const bytes = 16 * elements;
  const little = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => {
    let x = a;
    for (let i = 0; i < chain; i++) x = i % 2 === 0 ? tf.mul(x, b) : tf.add(x, b);
    return x;
  };
  return {
    flopsPerSecond: flops / (await fastest(executor, multiply, [n, d], [d, m])),
    bytesPerSecond: bytes / (await fastest(executor, add, [elements], [elements])),
    secondsPerNode: (await fastest(executor, little, [16, 16], [16, 16])) / chain,
  };
}

/** Seconds of the fastest run: others were disturbed. */
async function fastest(
  executor: Executor,
  fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  ...shapes: readonly (readonly number[])[]
): Promise<number> {
  const ones = (shape: readonly number[]): tf.Tensor => {
    const data = new Float32Array(shape.reduce((size, length) => size * length, 1)).fill(1);
    return executor.upload({ data, shape, dtype: 'float32' }, true);
  };
  const [a, b] = shapes.map(ones) as [tf.Tensor, tf.Tensor];
  const run = executor.prepare('calibration', fn);
  let best = Infinity;
  try {
    // The first run compiles.
    (await run(a, b)).dispose();
    const until = performance.now() + 1000 * patience;
    do {
      const begun = performance.now();
      (await run(a, b)).dispose();
      best = Math.min(best, (performance.now() - begun) / 1000);
    } while (performance.now() < until);
  } finally {
    tf.dispose([a, b]);
    await run.release();
  }
  return best;
}
