import { describe, expect, it } from 'vitest';
import { judgedOf, type JudgedExample } from '../testing/judged.ts';
import { chooseExamples, mostShown, type ChosenExample } from './choose-examples.ts';

const kinds = (chosen: readonly ChosenExample[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { kind } of chosen) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};
const indices = (chosen: readonly ChosenExample[], kind: string): number[] =>
  chosen.filter((each) => each.kind === kind).map(({ index }) => index);
const list = (count: number, of: (index: number) => JudgedExample): JudgedExample[] =>
  Array.from({ length: count }, (_, index) => of(index));

describe('the examples that are shown', () => {
  it('are few of every kind, however rare it is', () => {
    // One in a hundred is mended, two are broken.
    const faded = judgedOf(list(1000, (i) => ({ right: i % 100 > 1, expected: i % 5, probability: 0.5 })));
    const side = judgedOf(
      list(1000, (i) => ({ right: i % 100 !== 2 && i !== 500, expected: i % 5, probability: 0.5 })),
    );
    const chosen = chooseExamples({ faded, side }, 1000, 0);
    expect(chosen).toHaveLength(mostShown);
    expect(kinds(chosen)).toEqual({ right: 11, wrong: 1, mended: 10, broken: 10 });
    expect(new Set(chosen.map(({ index }) => index)).size).toBe(mostShown);
    expect(chooseExamples({ faded, side }, 1000, 0)).toEqual(chosen);
    expect(chooseExamples({ faded, side }, 1000, 1)).not.toEqual(chosen);
  });

  it('are all where there are few, and of one model too', () => {
    const one = judgedOf([{ right: true }, { right: false }, {}, { right: true }]);
    for (const judged of [{ faded: one }, { side: one }]) {
      const chosen = chooseExamples(judged, 4, 3);
      expect(indices(chosen, 'right').sort()).toEqual([0, 3]);
      expect(indices(chosen, 'wrong')).toEqual([1]);
    }
    expect(chooseExamples({ faded: one }, 1, 3)).toEqual([{ kind: 'right', index: 0 }]);
    expect(chooseExamples({}, 4, 3)).toEqual([]);
  });

  it('begin with the surest mistakes of every label', () => {
    const faded = judgedOf(
      list(400, (i) => ({
        right: false,
        expected: i < 390 ? 0 : 1,
        probability: i < 390 ? i / 400 : 0.1 + i / 10_000,
      })),
    );
    const wrong = indices(chooseExamples({ faded }, 400, 0), 'wrong');
    expect(wrong.slice(0, 6)).toEqual([389, 399, 388, 398, 387, 397]);
    // Of the label with ten mistakes all are shown.
    expect(wrong.filter((index) => index >= 390)).toHaveLength(10);
  });

  it('of mended ones shows where the side network was surest', () => {
    const faded = judgedOf(list(100, () => ({ right: true, expected: 0, probability: 0.9 })));
    const side = judgedOf(
      list(100, (i) => ({ right: false, expected: 0, probability: i === 42 ? 0.99 : 0.5 })),
    );
    expect(indices(chooseExamples({ faded, side }, 100, 0), 'mended')[0]).toBe(42);
  });
});
