/** Choices. */
import type { Random } from '@mdpd/tensor/random';

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.integer(from.length)]!;
}

/** An integer from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + random.integer(high - low + 1);
}

export const chance = (random: Random, probability: number): boolean => random.next() < probability;
