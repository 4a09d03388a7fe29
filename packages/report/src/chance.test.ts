import { expect, it } from 'vitest';
import { arePairs, chanceOfDifference, chanceOfMean, chanceOfPairs, isMeanOfAnswers } from './chance.ts';

it('knows how far off a mean of so many answers may be', () => {
  expect(chanceOfMean(0.5, 100)).toBeCloseTo(0.098, 6);
  expect(chanceOfMean(0.5, 400)).toBeCloseTo(0.049, 6);
  expect(chanceOfMean(1, 100)).toBe(0);
  expect(chanceOfMean(0.5, 0)).toBe(0);
  expect(chanceOfDifference(0.5, 0.5, 100)).toBeCloseTo(0.098 * Math.SQRT2, 6);
});

it('allows pairs less, the more they agree', () => {
  expect(chanceOfPairs(0.99, 10_000)).toBeCloseTo(0.00196, 8);
  expect(chanceOfPairs(1, 10_000)).toBe(0);
  expect(chanceOfPairs(0.5, 0)).toBe(0);
});

it('is silent about metrics that are no means of answers', () => {
  expect(
    ['accuracy', 'precision@0.5', 'overall', 'matthews', 'f1_macro', 'spearman'].map(isMeanOfAnswers),
  ).toEqual([true, true, true, false, false, false]);
  expect(['accuracy', 'precision@0.5', 'accuracy_top5'].map(arePairs)).toEqual([true, false, false]);
});
