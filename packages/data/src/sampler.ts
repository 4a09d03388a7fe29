/** The order in which examples are seen. */
import { createRandom, shuffle } from '@mdpd/tensor/random';

/** The examples 0 … size − 1 in the random order of an epoch; depends on (size, seed, epoch) alone. */
export function epochOrder(size: number, seed: number, epoch: number): Int32Array {
  return shuffle(createRandom(seed, `order/${epoch}`), size);
}
