/** The random permutation that PyTorch draws: papers cut their splits by it. */
import { mersenne } from 'pure-rand/generator/mersenne';

/**
 * `torch.randperm(count)` on the CPU after `manual_seed(seed)`: Fisher and Yates over the 32-bit Mersenne Twister
 * (Matsumoto and Nishimura 1998), the remainder of each draw taken.
 *
 * @param count - less than 2³² / 20: PyTorch draws 64 bits beyond
 * @param seed - 0 … 2³² − 1
 */
export function torchPermutation(count: number, seed: number): Int32Array {
  const generator = mersenne(seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = 0; i < count - 1; i++) {
    const other = i + ((generator.next() >>> 0) % (count - i));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}
