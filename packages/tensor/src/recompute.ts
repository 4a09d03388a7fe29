/** Work that is done a second time to save memory. */
import * as tf from '@tensorflow/tfjs-core';

/** What a compiling backend offers; see `@mdpd/compile`. */
interface RecomputingBackend {
  recompute<T>(fn: () => T): T;
}

/**
 * Runs `fn`, which computes again what was computed before. Eagerly that is all; a compiler, which otherwise computes
 * equal things only once and keeps them, is told to keep this apart.
 */
export function recompute<T>(fn: () => T): T {
  const backend = tf.backend() as unknown as Partial<RecomputingBackend>;
  return typeof backend.recompute === 'function' ? backend.recompute(fn) : fn();
}
