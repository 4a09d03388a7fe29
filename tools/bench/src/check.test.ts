import { describe, expect, it } from 'vitest';
import { comparisonText, largestDifference, smallShape } from './check.ts';

describe('largestDifference', () => {
  it.each([
    [[1, 0.5], [1, 0.4], 0.1],
    [[200], [201], 0.005],
    [[1, 2], [1], Infinity],
    [[], [], Infinity],
  ])('of %j and %j is %d', (a, b, expected) => {
    expect(largestDifference(a, b)).toBeCloseTo(expected, 9);
  });

  it('of what is no number is none, which no tolerance lets pass', () => {
    expect(largestDifference([1], [NaN])).toBeNaN();
  });
});

it('shows what is equal', () => {
  expect(
    comparisonText([
      { row: 'norm', engine: 'wasm', difference: 1.2e-7 },
      { row: 'mdpd', engine: 'compiled', difference: 0.02 },
      { row: 'full', engine: 'compiled', difference: NaN },
    ]),
  ).toBe(
    [
      'row   engine    largest difference',
      'norm  wasm                  1.2e-7      equal',
      'mdpd  compiled              2.0e-2  DIFFERENT',
      'full  compiled                 NaN  DIFFERENT',
    ].join('\n'),
  );
});

it('uses a shape in which no dimension is like another', () => {
  const { blocks, width, heads, hidden, channels, patch, tokens, classes } = smallShape.model;
  const sizes = [blocks, width, heads, hidden, patch, tokens, classes];
  expect(new Set(sizes).size).toBe(sizes.length);
  expect(tokens).toBe((smallShape.model.image / patch) ** 2 + 1);
  expect(channels).toBe(3);
});
