import { formatError, type MdpdError } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { countWords, specialTokens, trainWordPieces } from './word-pieces.ts';

/** Entries that are there whatever the text: special tokens, printable ASCII, and letters and digits within words. */
const fixed = 5 + 68 + 36;
const joined = (words: Record<string, number>, size = 200): string[] =>
  trainWordPieces(new Map(Object.entries(words)), { size }).slice(fixed);

describe('countWords', () => {
  it('counts what BERT cuts, in lower case and without accents', () => {
    expect(countWords(['The café, the Dog.', "the dog's\n"])).toEqual(
      new Map(Object.entries({ the: 3, cafe: 1, ',': 1, dog: 2, '.': 1, "'": 1, s: 1 })),
    );
  });
});

describe('trainWordPieces', () => {
  it('starts with the special tokens in BERT’s order, then characters', () => {
    const vocabulary = trainWordPieces(new Map(), { size: 4096 });
    expect(vocabulary).toHaveLength(fixed);
    expect(vocabulary.slice(0, 5)).toEqual(specialTokens);
    expect(vocabulary).toContain('@');
    expect(vocabulary).toContain('##z');
    expect(vocabulary).not.toContain('A');
    expect(new Set(vocabulary).size).toBe(vocabulary.length);
  });

  it('joins what stands side by side most often, counted by hand', () => {
    // ##u·##g 20, then ##u·##n 16, h·##ug 15, p·##un 12; of the two that are seen 5 times the first in order.
    expect(joined({ hug: 10, pug: 5, pun: 12, bun: 4, hugs: 5 })).toEqual([
      '##ug',
      '##un',
      'hug',
      'pun',
      'hugs',
      'pug',
      'bun',
    ]);
  });

  it('takes the first of equals, whatever the order of the words', () => {
    expect(joined({ cd: 3, ab: 3 })).toEqual(joined({ ab: 3, cd: 3 }));
    expect(joined({ cd: 3, ab: 3 })).toEqual(['ab', 'cd']);
  });

  it('joins repeated pieces from the left', () => {
    expect(joined({ aaaaa: 2 })).toEqual(['##aa', '##aaaa', 'aaaaa']);
  });

  it('stops at the size, and has no pieces seen once', () => {
    expect(joined({ hug: 10, pug: 5 }, fixed + 1)).toEqual(['##ug']);
    expect(joined({ dog: 1 })).toEqual([]);
  });

  it('has other characters if they are frequent, and leaves out words with rare ones', () => {
    expect(joined({ é: 100 })).toEqual(['é']);
    expect(joined({ naïve: 99 })).toEqual([]);
  });

  it('refuses a size that does not hold the characters', () => {
    let text = '';
    try {
      trainWordPieces(new Map(), { size: 50 });
    } catch (error) {
      text = formatError(error as MdpdError);
    }
    expect(text).toBe(
      `error WORD_PIECES\n  50 entries do not hold the characters of the text\n  allowed: at least ${fixed}`,
    );
  });
});
