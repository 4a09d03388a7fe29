/** Runs step functions eagerly on a tfjs backend. */
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

/** An executor over a tfjs backend that has been loaded and works. */
export function eagerExecutor({ name, description, threads, backend }: EagerOptions): Executor {
  const enter = (): void => {
    if (tf.getBackend() !== backend) tf.setBackend(backend);
  };
  return {
    name,
    description,
    threads,
    upload: (tensor) => {
      enter();
      return upload(tensor);
    },
    read: (tensor) => download(tensor),
    prepare: <Args extends readonly unknown[], Result>(
      _name: string,
      fn: (...args: Args) => Result,
    ): PreparedFunction<Args, Result> => {
      // tidy frees whatever the function made but did not return; nested records of tensors are kept.
      return async (...args) => {
        enter();
        return tf.tidy(() => fn(...args) as tf.TensorContainer) as Result;
      };
    },
    memory: () => {
      const { numBytes, numTensors } = tf.memory();
      return { liveBytes: numBytes, liveTensors: numTensors };
    },
    stop: async () => {},
  };
}
