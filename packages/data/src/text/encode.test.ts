import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeExample, truncatedLengths } from './encode.ts';

/** Takes one token after the other from the longer text, as the name says; the first text yields where both are alike. */
function oneByOne(first: number, second: number, room: number): readonly [number, number] {
  let [a, b] = [first, second];
  while (a + b > room) {
    if (a > b || (a === b && first <= second)) a--;
    else b--;
  }
  return [a, b];
}

describe('truncatedLengths', () => {
  it('is what cutting token by token gives', () => {
    const length = fc.nat(60);
    fc.assert(
      fc.property(length, length, length, (first, second, room) => {
        expect(truncatedLengths(first, second, room)).toEqual(oneByOne(first, second, room));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('encodeExample', () => {
  const tokenizer = {
    encodeIds: (text: string) => Array.from(text, (_, index) => index),
    build: (first: readonly number[], second?: readonly number[]) => {
      const ids = [90, ...first, 91, ...(second ? [...second, 91] : [])];
      return { ids, typeIds: ids.map((_, index) => (index < first.length + 2 ? 0 : 1)) };
    },
    specials: (pair: boolean) => (pair ? 3 : 2),
  };

  it('keeps the special tokens, and an empty second text is a text', () => {
    expect(encodeExample(tokenizer, 'abcdef', undefined, 5).ids).toEqual([90, 0, 1, 2, 91]);
    expect(encodeExample(tokenizer, 'ab', '', 9)).toEqual({
      ids: [90, 0, 1, 91, 91],
      typeIds: [0, 0, 0, 0, 1],
    });
    expect(encodeExample(tokenizer, 'abcd', 'xyz', 3).ids).toEqual([90, 91, 91]);
    expect(() => encodeExample(tokenizer, 'a', 'b', 2)).toThrowError(
      expect.objectContaining({ code: 'TEXT_LENGTH', message: '2 tokens do not hold the 3 special tokens' }),
    );
  });
});
