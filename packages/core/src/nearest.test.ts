import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, nearest } from './nearest.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['epohcs', 'epochs', 1],
    ['ca', 'abc', 3],
    ['batchsize', 'batchSize', 1],
  ])('%j to %j is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is symmetric, zero only for equal words, and within the lengths', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe('nearest', () => {
  it('finds the word that was meant, whatever its case', () => {
    expect(nearest('BATCHSIZE', ['beta1', 'batchSize', 'seed'])).toBe('batchSize');
    expect(nearest('trian', ['test', 'train', 'data'])).toBe('train');
    expect(didYouMean('trian', ['test', 'train'])).toBe('did you mean "train"?');
  });

  it('does not guess when nothing is near', () => {
    expect(nearest('optimizer', ['beta1', 'seed'])).toBeUndefined();
    expect(nearest('x', [])).toBeUndefined();
    expect(didYouMean('optimizer', ['seed'])).toBeUndefined();
  });
});

it('does not compare words of any length', () => {
  // Sixty thousand letters against a hundred thousand: six thousand million steps.
  const [word, other] = ['['.repeat(60_000), '['.repeat(60_001)];
  expect(nearest(word, [other])).toBeUndefined();
  expect(nearest('sentence', [other, 'sentense'])).toBe('sentense');
});
