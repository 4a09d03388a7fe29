import { describe, expect, it } from 'vitest';
import { joinExamples, limitExamples, selectExamples, type TextExamples } from './text-examples.ts';

const examplesOf = (origin: string, count: number, rest: Partial<TextExamples> = {}): TextExamples => ({
  size: count,
  origin,
  labelled: true,
  text: (index) => [`${origin} ${index}`, `second ${index}`],
  label: (index) => 10 * index,
  place: (index) => `${origin}:${index + 1}`,
  ...rest,
});
const all = (examples: TextExamples): unknown[] =>
  Array.from({ length: examples.size }, (_, i) => [
    examples.text(i)[0],
    examples.label(i),
    examples.place(i),
  ]);

describe('selectExamples', () => {
  it('has them in the order of the indices', () => {
    const chosen = selectExamples(examplesOf('a', 5), Int32Array.of(4, 0, 4));
    expect(all(chosen)).toEqual([
      ['a 4', 40, 'a:5'],
      ['a 0', 0, 'a:1'],
      ['a 4', 40, 'a:5'],
    ]);
    expect([chosen.origin, chosen.labelled, chosen.apart]).toEqual(['a', true, undefined]);
  });
});

describe('limitExamples', () => {
  it('spreads evenly', () => {
    const places = (limit?: number): string[] =>
      all(limitExamples(examplesOf('a', 10), limit)).map((entry) => (entry as string[])[2]!);
    expect(places(4)).toEqual(['a:1', 'a:3', 'a:6', 'a:8']);
    expect(places(10)).toHaveLength(10);
    expect(places()).toHaveLength(10);
  });
});

describe('joinExamples', () => {
  it('has one after the other', () => {
    const joined = joinExamples([examplesOf('a', 2), examplesOf('b', 1, { apart: () => true })]);
    expect(all(joined)).toEqual([
      ['a 0', 0, 'a:1'],
      ['a 1', 10, 'a:2'],
      ['b 0', 0, 'b:1'],
    ]);
    expect(joined.origin).toBe('a + b');
    expect([0, 1, 2].map((index) => joined.apart!(index))).toEqual([false, false, true]);
    expect(joinExamples([examplesOf('a', 2), examplesOf('b', 1)]).apart).toBeUndefined();
    expect([0, 1].map((index) => limitExamples(joined, 2).apart!(index))).toEqual([false, false]);
  });

  it('leaves a single one as it is, and is labelled where all are', () => {
    const single = examplesOf('a', 2);
    expect(joinExamples([single])).toBe(single);
    expect(joinExamples([single, examplesOf('b', 1, { labelled: false })]).labelled).toBe(false);
  });
});
