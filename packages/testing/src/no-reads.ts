/** A guard around functions that must not read tensor values. */
import * as tf from '@tensorflow/tfjs-core';
import { CheckFailed } from './check.ts';

/** Runs `fn`; reading a tensor in it throws, and so does this, also where `fn` catches the error. */
export function withoutReads<T>(fn: () => T): T {
  const engine = tf.engine() as unknown as Record<'read' | 'readSync', unknown>;
  let failed: CheckFailed | undefined;
  const refuse = (): never => {
    failed = new CheckFailed('reads the values of a tensor');
    throw failed;
  };
  // Own properties in front of the methods of the engine's class.
  engine.read = refuse;
  engine.readSync = refuse;
  let result: T;
  try {
    result = fn();
  } finally {
    delete (engine as Partial<typeof engine>).read;
    delete (engine as Partial<typeof engine>).readSync;
  }
  if (failed) throw failed;
  return result;
}
