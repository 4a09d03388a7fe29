/** Finds the first operation whose result is no number although what it reads is. */
import * as tf from '@tensorflow/tfjs-core';
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

/** Frames in which nobody asks for anything of their own. */
const inner = ['@tensorflow', 'node:'];
/** tfjs calls itself through many of them. */
const deepest = 60;

/** File and line of the nearest caller outside of tfjs. */
function siteOf(above: (...args: never[]) => unknown): string | undefined {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = deepest;
  Error.captureStackTrace(holder, above);
  Error.stackTraceLimit = limit;
  const frames = (holder.stack ?? '').split('\n').filter((line) => /^\s*at .*:\d+:\d+\)?$/u.test(line));
  const outside = frames.find((frame) => !inner.some((each) => frame.includes(each)));
  return outside?.replace(/^\s*at (?:.* \()?(?:file:\/\/)?/u, '').replace(/\)$/u, '');
}
