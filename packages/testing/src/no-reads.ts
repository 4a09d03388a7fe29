/** A guard around functions that must not read tensor values. */
import * as tf from '@tensorflow/tfjs-core';
import { CheckFailed } from './check.ts';

/** Runs `fn`; reading a tensor in it throws. */
export function withoutReads<T>(fn: () => T): T {
  const engine = tf.engine() as unknown as Record<'read' | 'readSync', unknown>;
  const refuse = (): never => {
    throw new CheckFailed('reads the values of a tensor');
  };
  // Own properties in front of the methods of the engine's class.
  engine.read = refuse;
  engine.readSync = refuse;
  try {
    return fn();
  } finally {
    delete (engine as Partial<typeof engine>).read;
    delete (engine as Partial<typeof engine>).readSync;
  }
}
