/** Work that is done a second time to save memory. */
import * as tf from '@tensorflow/tfjs-core';
import type { TensorRecord } from '@mdpd/core';
import { vjp } from './vjp.ts';
import { withGradient } from './with-gradient.ts';

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

/**
 * `fn({ ...constants, ...inputs })`, of which nothing but those is kept for the backward pass: that runs `fn` again. The
 * same values and gradients as without. Source: gradient checkpointing (Chen et al. 2016).
 *
 * @param fn - pure function of its argument, which reads no other tensors
 * @param constants - of which no gradient is taken
 */
export function checkpoint(
  fn: (inputs: Readonly<TensorRecord>) => tf.Tensor,
  inputs: Readonly<TensorRecord>,
  constants: Readonly<TensorRecord> = {},
): tf.Tensor {
  const names = Object.keys(inputs);
  const all = { ...inputs, ...constants };
  return withGradient(
    inputs,
    (save) => {
      save(...Object.values(all));
      return fn(all);
    },
    (dy, ...saved) => {
      const kept = Object.fromEntries(Object.keys(all).map((name, index) => [name, saved[index]!]));
      const again = Object.fromEntries(names.map((name) => [name, kept[name]!]));
      const value = (given: Readonly<TensorRecord>): TensorRecord => ({ value: fn({ ...kept, ...given }) });
      const gradients = recompute(() => vjp(value, again, { value: dy }));
      return Object.fromEntries(names.map((name) => [name, () => gradients[name]!]));
    },
  );
}
