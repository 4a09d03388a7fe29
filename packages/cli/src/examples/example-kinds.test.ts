import { expect, it } from 'vitest';
import { judgedOf } from '../testing/judged.ts';
import { countKinds, kindOf } from './example-kinds.ts';

const of = (...rights: (boolean | undefined)[]) => judgedOf(rights.map((right) => ({ right })));

it('tells how both models did', () => {
  const both = {
    faded: of(true, true, false, false, undefined, true),
    side: of(true, false, true, false, true, undefined),
  };
  expect([0, 1, 2, 3, 4, 5].map((index) => kindOf(both, index))).toEqual([
    'right',
    'mended',
    'broken',
    'wrong',
    undefined,
    undefined,
  ]);
  expect(countKinds(both, 6)).toEqual({ right: 1, wrong: 1, mended: 1, broken: 1 });
  expect(countKinds(both, 2)).toEqual({ right: 1, wrong: 0, mended: 1, broken: 0 });
});

it('tells right from wrong where there is one model', () => {
  for (const one of [{ faded: of(true, false, false) }, { side: of(true, false, false) }])
    expect(countKinds(one, 3)).toEqual({ right: 1, wrong: 2 });
  expect(countKinds({ faded: of(undefined, undefined) }, 2)).toBeUndefined();
  expect(countKinds({}, 2)).toBeUndefined();
});
