/** Runs step functions eagerly on a tfjs backend. */
import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { Executor, PreparedFunction } from '@mdpd/core';
import { download, upload } from './host.ts';

export interface EagerOptions {
  readonly name: string;
  readonly description: string;
  readonly threads: number;
  /** tfjs backend; made current before every call, so that several executors can live in one process. */
  readonly backend: string;
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);

function collectTensors(value: unknown, found: Set<tf.Tensor>): Set<tf.Tensor> {
  if (value instanceof tf.Tensor) found.add(value);
  else if (isRecord(value)) for (const part of Object.values(value)) collectTensors(part, found);
  return found;
}

/** The result with clones in place of tensors in `taken`, so that each of its tensors can be disposed by itself. */
function ownResult(value: unknown, taken: Set<tf.Tensor>): unknown {
  if (value instanceof tf.Tensor) {
    if (taken.has(value)) return tf.clone(value);
    taken.add(value);
    return value;
  }
  if (Array.isArray(value)) return value.map((part) => ownResult(part, taken));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, ownResult(part, taken)]));
}

/** An executor over a tfjs backend that has been started before. */
export function eagerExecutor({ name, description, threads, backend }: EagerOptions): Executor {
  // For a backend that has been started this takes effect at once, so a function cannot slip onto another one.
  const enter = (): void => {
    if (tf.getBackend() !== backend) void tf.setBackend(backend);
  };
  const prepare = <Args extends readonly unknown[], Result>(
    _name: string,
    fn: (...args: Args) => Result,
  ): PreparedFunction<Args, Result> => {
    const call = async (...args: Args): Promise<Result> => {
      // Steps take their time and would otherwise follow each other without a gap: signals, timers and files read
      // ahead get their turn here.
      await setImmediate();
      enter();
      const run = (): unknown => ownResult(fn(...args), collectTensors(args, new Set()));
      return tf.tidy(run as () => tf.TensorContainer) as Result;
    };
    return Object.assign(call, { release: async () => {} });
  };
  return {
    name,
    description,
    threads,
    upload: (tensor, own) => {
      enter();
      return upload(tensor, own);
    },
    read: (tensor) => download(tensor),
    prepare,
    memory: () => {
      enter();
      const { numBytes, numTensors } = tf.memory();
      return { liveBytes: numBytes, liveTensors: numTensors };
    },
    // Tensors are the caller's, and another executor may stand on the same backend: there is nothing to free.
    stop: async () => {},
  };
}
