import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketCandidates, bucketOf, chooseBuckets, paddedTokens } from './buckets.ts';

/** histogram[n] examples of n tokens. */
function histogramOf(lengths: readonly number[]): number[] {
  const histogram: number[] = [];
  for (const length of lengths) histogram[length] = (histogram[length] ?? 0) + 1;
  return Array.from(histogram, (count) => count ?? 0);
}

/** Every choice of at most `most` candidates that ends with one that holds all examples. */
function* choices(candidates: readonly number[], most: number): Generator<readonly number[]> {
  const [first, ...others] = candidates;
  if (first === undefined) return;
  if (others.length === 0) {
    yield [first];
    return;
  }
  yield* choices(others, most);
  if (most > 1) for (const choice of choices(others, most - 1)) yield [first, ...choice];
}

const countsOf = (histogram: readonly number[], buckets: readonly number[]): number[] =>
  buckets.map((bucket) =>
    histogram.reduce(
      (sum, count, length) => sum + (count > 0 && bucketOf(length, buckets) === bucket ? count : 0),
      0,
    ),
  );

describe('chooseBuckets', () => {
  it('takes the lengths that examples have', () => {
    expect(chooseBuckets(histogramOf([3, 5, 16, 17, 64]), { maxLength: 128 })).toEqual([8, 16, 24, 64]);
    expect(chooseBuckets(histogramOf([100, 100]), { maxLength: 512 })).toEqual([128]);
    expect(chooseBuckets(histogramOf([77]), { maxLength: 77 })).toEqual([77]);
  });

  it('merges what is rare', () => {
    const lengths = [
      ...Array<number>(1000).fill(20),
      ...Array<number>(3).fill(40),
      ...Array<number>(500).fill(60),
    ];
    const options = { maxLength: 512, fewestExamples: 32 };
    expect(chooseBuckets(histogramOf(lengths), { maxLength: 512 })).toEqual([24, 48, 64]);
    expect(chooseBuckets(histogramOf(lengths), options)).toEqual([24, 64]);
    expect(chooseBuckets(histogramOf([20, 60]), options)).toEqual([64]);
  });

  it('is one bucket for a data set without examples', () => {
    expect(chooseBuckets([], { maxLength: 128 })).toEqual([8]);
    expect(chooseBuckets([0, 0, 0], { maxLength: 4 })).toEqual([4]);
  });

  it('refuses examples that no bucket may hold', () => {
    expect(() => chooseBuckets(histogramOf([129]), { maxLength: 128 })).toThrowError(
      expect.objectContaining({
        code: 'TEXT_LENGTH',
        message: 'an example of 129 tokens is longer than 128',
        allowed: 'at most 128 tokens',
      }),
    );
    expect(() => bucketOf(65, [32, 64])).toThrowError(RangeError);
  });

  it('fits every example, keeps the limits and pads as little as any choice does', () => {
    const lengths = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 200 })), {
      minLength: 1,
      maxLength: 60,
    });
    const limits = fc.record({
      maxLength: fc.integer({ min: 200, max: 300 }),
      mostBuckets: fc.integer({ min: 1, max: 4 }),
      fewestExamples: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(lengths, limits, (examples, options) => {
        const histogram = histogramOf(examples);
        const buckets = chooseBuckets(histogram, options);
        const longest = Math.max(...examples);
        expect(buckets.length).toBeLessThanOrEqual(options.mostBuckets);
        expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
        expect(buckets.at(-1)).toBeGreaterThanOrEqual(longest);
        expect(buckets.at(-1)).toBeLessThanOrEqual(options.maxLength);
        const candidates = bucketCandidates(options.maxLength);
        const reachable = candidates.slice(0, candidates.findIndex((length) => length >= longest) + 1);
        const allowed = (choice: readonly number[]): boolean =>
          choice.length === 1 ||
          countsOf(histogram, choice).every((count) => count >= options.fewestExamples);
        expect(allowed(buckets)).toBe(true);
        let best = Infinity;
        for (const choice of choices(reachable, options.mostBuckets))
          if (allowed(choice)) best = Math.min(best, paddedTokens(histogram, choice));
        expect(paddedTokens(histogram, buckets)).toBe(best);
      }),
      { numRuns: 300 },
    );
  });
});
