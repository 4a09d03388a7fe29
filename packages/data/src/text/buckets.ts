/**
 * Padded lengths of a data set: few, so that few graphs are compiled, and chosen so that little is padded.
 */
import { MdpdError } from '@mdpd/core';

/** Lengths that a bucket may have: multiples of eight, about a third apart. */
const ladder = [8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096];

/** Within which bounds padded lengths are chosen, in tokens. */
export interface BucketOptions {
  /** Longest example allowed, and the longest bucket. */
  readonly maxLength: number;
  /** Default 6. */
  readonly mostBuckets?: number;
  /** Examples that a bucket needs, for instance those of a batch; default 1. One bucket is always allowed. */
  readonly fewestExamples?: number;
}

/** Lengths that buckets are chosen from: those of the ladder below `maxLength`, and `maxLength`. */
export function bucketCandidates(maxLength: number): readonly number[] {
  return [...ladder.filter((length) => length < maxLength), maxLength];
}

/** How many tokens there are when every example is padded to the smallest of `buckets` (ascending) that holds it. */
export function paddedTokens(histogram: ArrayLike<number>, buckets: readonly number[]): number {
  let total = 0;
  for (let length = 0; length < histogram.length; length++) {
    const count = histogram[length]!;
    if (count > 0) total += count * bucketOf(length, buckets);
  }
  return total;
}

/** The smallest of `buckets` (ascending) that holds `length` tokens. Throws RangeError where none does. */
export function bucketOf(length: number, buckets: readonly number[]): number {
  const bucket = buckets.find((candidate) => candidate >= length);
  if (bucket === undefined)
    throw new RangeError(`${length} tokens are longer than every bucket: ${buckets.join()}`);
  return bucket;
}

/** Number of examples with at most as many tokens as each candidate has. */
function countsUpTo(histogram: ArrayLike<number>, candidates: readonly number[]): number[] {
  let length = 0;
  let count = 0;
  return candidates.map((candidate) => {
    for (; length <= candidate && length < histogram.length; length++) count += histogram[length]!;
    return count;
  });
}

/** Cheapest way to end with a given candidate, and the candidate before it. */
interface Step {
  readonly cost: number;
  readonly before: number;
}

/**
 * The padded lengths, ascending: of all choices of at most `mostBuckets` candidates with at least `fewestExamples`
 * examples each, the one with the fewest padded tokens. `histogram[n]` is the number of examples of n tokens.
 *
 * Dynamic programming over (candidate, number of buckets). Throws TEXT_LENGTH where an example exceeds `maxLength`.
 */
export function chooseBuckets(histogram: ArrayLike<number>, options: BucketOptions): readonly number[] {
  const { maxLength, mostBuckets = 6, fewestExamples = 1 } = options;
  let longest = histogram.length - 1;
  while (longest > 0 && !histogram[longest]) longest--;
  if (longest > maxLength) {
    const message = `an example of ${longest} tokens is longer than ${maxLength}`;
    throw new MdpdError('TEXT_LENGTH', message, { allowed: `at most ${maxLength} tokens` });
  }
  const all = bucketCandidates(maxLength);
  const candidates = all.slice(0, all.findIndex((length) => length >= longest) + 1);
  const counts = countsUpTo(histogram, candidates);
  const last = candidates.length - 1;
  // steps[k][i]: k + 1 buckets, the largest being candidate i; -1 stands before the first candidate.
  const steps: (Step | undefined)[][] = [
    candidates.map((length, i) => ({ cost: counts[i]! * length, before: -1 })),
  ];
  const enough = (i: number, before: number): boolean =>
    counts[i]! - (before < 0 ? 0 : counts[before]!) >= fewestExamples;
  for (let i = 0; i < last; i++) if (!enough(i, -1)) steps[0]![i] = undefined;
  for (let k = 1; k < Math.min(mostBuckets, candidates.length); k++) {
    steps.push(
      candidates.map((length, i) => {
        let best: Step | undefined;
        for (let before = 0; before < i; before++) {
          const earlier = steps[k - 1]![before];
          if (!earlier || !enough(i, before)) continue;
          const cost = earlier.cost + (counts[i]! - counts[before]!) * length;
          if (!best || cost < best.cost) best = { cost, before };
        }
        return best;
      }),
    );
  }
  return walkBack(steps, candidates);
}

function walkBack(
  steps: readonly (readonly (Step | undefined)[])[],
  candidates: readonly number[],
): number[] {
  const last = candidates.length - 1;
  let k = 0;
  for (const [count, row] of steps.entries()) {
    if ((row[last]?.cost ?? Infinity) < steps[k]![last]!.cost) k = count;
  }
  const chosen: number[] = [];
  for (let i = last; i >= 0; k--) {
    chosen.push(candidates[i]!);
    i = steps[k]![i]!.before;
  }
  return chosen.reverse();
}
