import * as tf from '@tensorflow/tfjs-core';
import type { TensorRecord } from '@mdpd/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { activation } from './activations.ts';
import { useBackend } from './backend.ts';
import { linear } from './linear.ts';
import { measurePeak } from './memory-meter.ts';
import { checkpoint } from './recompute.ts';
import { valueAndGrads } from './vjp.ts';

const blocks = 6;
const width = 16;

/** A residual layer with a wide hidden one: much to keep. */
function layer({ x, up, down }: Readonly<TensorRecord>): tf.Tensor {
  return tf.add(x!, linear(activation('gelu')(linear(x!, up!)), down!));
}

function chain(params: Readonly<TensorRecord>, saving: boolean): tf.Tensor {
  let x = params['x']!;
  for (let index = 0; index < blocks; index++) {
    const weights = { up: params[`up.${index}`]!, down: params[`down.${index}`]! };
    if (!saving) x = layer({ x, ...weights });
    // A constant that nobody else keeps: the backward pass must still have it.
    else if (index === 0) x = checkpoint(layer, weights, { x: tf.clone(x) });
    else x = checkpoint(layer, { x, ...weights });
  }
  return x;
}

function parameters(): TensorRecord {
  const params: TensorRecord = { x: tf.randomNormal([32, width], 0, 1, 'float32', 1) };
  for (let index = 0; index < blocks; index++) {
    params[`up.${index}`] = tf.randomNormal([8 * width, width], 0, 0.2, 'float32', 10 + index);
    params[`down.${index}`] = tf.randomNormal([width, 8 * width], 0, 0.2, 'float32', 20 + index);
  }
  return params;
}

const step = (params: TensorRecord, saving: boolean): ReturnType<typeof valueAndGrads> =>
  valueAndGrads(
    (given) => ({ loss: tf.mean(tf.square(chain({ ...params, ...given }, saving))) }),
    // The input of the chain is a constant, as hidden states are.
    Object.fromEntries(Object.entries(params).filter(([name]) => name !== 'x')),
  );

describe.each(['cpu', 'wasm'] as const)('a checkpoint on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('has the values and gradients of the plain function, and leaks nothing', () => {
    const params = parameters();
    const before = tf.memory().numTensors;
    const [plain, saving] = [step(params, false), step(params, true)];
    expect(saving.loss.dataSync()).toEqual(plain.loss.dataSync());
    for (const [name, gradient] of Object.entries(plain.grads)) {
      // The same arithmetic in the same order.
      expect(saving.grads[name]!.dataSync(), name).toEqual(gradient.dataSync());
    }
    tf.dispose([plain.loss, plain.grads, saving.loss, saving.grads]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(params);
  });

  it('keeps the inputs alone', () => {
    const params = parameters();
    const peaks = [false, true].map((saving) => {
      const { result, peakBytes } = measurePeak(() => step(params, saving));
      tf.dispose([result.loss, result.grads]);
      return peakBytes;
    });
    // Plain: every block keeps the input of the activation, its result and more, 8 times its input each.
    const kept = 4 * 32 * width;
    expect(peaks[0]! - peaks[1]!).toBeGreaterThan((blocks - 2) * 2 * 8 * kept);
    tf.dispose(params);
  });
});
