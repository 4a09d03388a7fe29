/** Finds the first operation whose result is no number although what it reads is. */
import * as tf from '@tensorflow/tfjs-core';
import { deepStacks, placeIn } from '@mdpd/compile/call-site';
import { isBroken } from './span.ts';

export interface BrokenOperation {
  /** Name of the kernel: `Exp`, `LayerNorm`, … */
  readonly kernel: string;
  readonly shape: readonly number[];
  /** File and line that asked for it. */
  readonly place: string | undefined;
}

type RunKernel = ReturnType<typeof tf.engine>['runKernel'];

/** Runs `fn` eagerly on the current backend, whose values can be read at once, with every operation looked at. */
export async function watchKernels<T>(
  fn: () => Promise<T>,
): Promise<{ readonly value: T; readonly first: BrokenOperation | undefined }> {
  const engine = tf.engine();
  const { runKernel } = engine;
  let first: BrokenOperation | undefined;
  const watched: RunKernel = (name, inputs, attributes) => {
    const output = runKernel.call(engine, name, inputs, attributes);
    if (first) return output as never;
    const broken = [output].flat().find(isBrokenTensor);
    if (broken && !Object.values(inputs).flat().some(isBrokenTensor))
      first = { kernel: name, shape: broken.shape, place: siteOf(watched) };
    return output as never;
  };
  engine.runKernel = watched;
  try {
    const value = await fn();
    return { value, first };
  } finally {
    engine.runKernel = runKernel;
  }
}

function isBrokenTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor && value.dtype === 'float32' && isBroken(value.dataSync());
}

function siteOf(above: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {};
  deepStacks(() => Error.captureStackTrace(holder, above));
  return placeIn(holder.stack);
}
