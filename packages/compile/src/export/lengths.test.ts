import { describe, expect, it } from 'vitest';
import { lengthFrom, type Length } from './lengths.ts';

const first = [1009, 37];
const second = [1013, 31];

/** What is found of a length that is made of sizes in this way. */
const found = (make: (sizes: readonly number[]) => number): Length | undefined =>
  lengthFrom(first, second, make(first), make(second));

const factor = (size: number, plus = 0) => ({ size, plus });

describe('lengthFrom', () => {
  it.each<[string, (sizes: readonly number[]) => number, Length]>([
    ['a fixed one', () => 5, 5],
    ['the batch', ([b]) => b!, { times: 1, of: [factor(0)] }],
    ['a multiple of both', ([b, n]) => 3 * b! * n!, { times: 3, of: [factor(0), factor(1)] }],
    ['tokens and patches', ([, n]) => n! + 145, { times: 1, of: [factor(1, 145)] }],
    ['a multiple of tokens and patches', ([, n]) => 12 * (n! + 145), { times: 12, of: [factor(1, 145)] }],
    ['of every example', ([b, n]) => b! * (n! + 145), { times: 1, of: [factor(0), factor(1, 145)] }],
  ])('knows %s', (_what, make, length) => {
    expect(found(make)).toEqual(length);
  });

  it.each<[string, (sizes: readonly number[]) => number]>([
    ['squares', ([, n]) => n! * n!],
    ['squares of tokens and patches', ([, n]) => (n! + 145) ** 2],
    ['fewer tokens', ([, n]) => n! - 1],
    ['more examples', ([b]) => b! + 1],
  ])('does not guess at %s', (_what, make) => {
    expect(found(make)).toBeUndefined();
  });

  it('takes no sum of two numbers of tokens for one with another number', () => {
    const [a, b] = [
      [1009, 37, 29],
      [1013, 31, 23],
    ] as const;
    expect(lengthFrom(a, b, 37 + 29, 31 + 23)).toBeUndefined();
    expect(lengthFrom(a, b, 37 * 29, 31 * 23)).toEqual({ times: 1, of: [factor(1), factor(2)] });
  });
});
