/** Random numbers that are the same on every machine: xoroshiro128+, seeded by hashing. */
import { createHash } from 'node:crypto';
import type { RandomSource } from '@mdpd/core';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** All of a generator, as JSON; `restoreRandom` continues where it stood. */
export interface RandomState {
  /** Seed and labels of the forks that led to it. */
  readonly path: readonly (string | number)[];
  /** Four 32-bit words. */
  readonly words: readonly number[];
}

/** A generator whose state can be saved. */
export interface Random extends RandomSource {
  fork(label: string): Random;
  /** What `restoreRandom` goes on from. */
  state(): RandomState;
}

/** Four words from a hash: seeds that are neighbours give unrelated sequences. */
function wordsOf(path: RandomState['path']): number[] {
  const hash = createHash('sha256').update(JSON.stringify(path)).digest();
  return [0, 4, 8, 12].map((offset) => hash.readInt32LE(offset));
}

/** Continues from a saved state. */
export function restoreRandom({ path, words }: RandomState): Random {
  const generator = xoroshiro128plusFromState(words);
  const next = (): number => uniformFloat64(generator);
  return {
    next,
    normal: () => {
      // Box and Muller (1958); the second value of the pair is dropped, so that the words are all of the state.
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return radius * Math.cos(2 * Math.PI * next());
    },
    integer: (bound) => {
      if (!Number.isSafeInteger(bound) || bound < 1) {
        throw new RangeError(`bound must be a positive integer, got ${bound}`);
      }
      return uniformInt(generator, 0, bound - 1);
    },
    fork: (label) => restoreRandom({ path: [...path, label], words: wordsOf([...path, label]) }),
    state: () => ({ path: [...path], words: [...generator.getState()] }),
  };
}

/**
 * A generator that depends on seed and label alone. Its forks depend on seed and labels, not on what was drawn before.
 *
 * @param seed - any safe integer
 */
export function createRandom(seed: number, label?: string): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be an integer, got ${seed}`);
  const path = label === undefined ? [seed] : [seed, label];
  return restoreRandom({ path, words: wordsOf(path) });
}

/** The numbers 0 … count − 1 in random order (Fisher and Yates). */
export function shuffle(random: RandomSource, count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** A normal value with mean 0, drawn again until it lies within `bound` standard deviations. */
export function truncatedNormal(random: RandomSource, standardDeviation: number, bound = 2): number {
  if (!(bound > 0)) throw new RangeError(`bound must be positive, got ${bound}`);
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= bound) return value * standardDeviation;
  }
}
