import { describe, expect, it } from 'vitest';
import { comparisonText, largestDifference, smallShape } from './check.ts';
import { families } from './families/families.ts';
import { shapes } from './shapes.ts';

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
      { shape: 'small vit', row: 'norm', engine: 'wasm', difference: 1.2e-7 },
      { shape: 'small vit', row: 'mdpd', engine: 'compiled', difference: 0.02 },
      { shape: 'small bert', row: 'full', engine: 'compiled', difference: NaN },
    ]),
  ).toBe(
    [
      'shape       row   engine    largest difference',
      'small vit   norm  wasm                  1.2e-7      equal',
      'small vit   mdpd  compiled              2.0e-2  DIFFERENT',
      'small bert  full  compiled                 NaN  DIFFERENT',
    ].join('\n'),
  );
});

it.each(Object.entries(families))(
  'uses a shape of %s in which no dimension is like another',
  (name, { small }) => {
    const { family, channels, types, ...others } = { channels: 0, types: 0, ...small };
    expect(family).toBe(name);
    const sizes = Object.values(others).flat();
    expect(sizes.every((size) => Number.isInteger(size) && size > 0)).toBe(true);
    expect(new Set(sizes).size).toBe(sizes.length);
    expect([channels, types]).toEqual({ vit: [3, 0], bert: [0, 2], vilt: [3, 2] }[name]);
  },
);

it('compares a shape on the small one of its family', () => {
  const base = shapes.find(({ name }) => name === 'bert-base')!;
  expect(smallShape(base.model)).toMatchObject({ name: 'small bert', model: families.bert.small });
});
