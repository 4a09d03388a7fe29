import { formatError, type MdpdError } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { parseSentences } from './sentence-input.ts';

const failure = (input: string, sentences?: 1 | 2): string => {
  try {
    parseSentences(input, sentences);
    return 'nothing';
  } catch (thrown) {
    return formatError(thrown as MdpdError);
  }
};

describe('parseSentences', () => {
  it('takes one sentence, a pair with a tab, or either', () => {
    expect(parseSentences('a dull film', 1)).toEqual(['a dull film']);
    expect(parseSentences('is it ?\tit is .', 2)).toEqual(['is it ?', 'it is .']);
    expect(parseSentences('a', undefined)).toEqual(['a']);
    expect(parseSentences('a\tb', undefined)).toEqual(['a', 'b']);
  });

  it('refuses empty texts', () => {
    expect(failure('', 1)).toBe('error TEXT_INPUT at ""\n  the text is empty\n  allowed: one sentence');
    expect(failure('  \n', undefined)).toBe(
      'error TEXT_INPUT at "  \\n"\n  the text is empty\n  allowed: a sentence, or two with a tab between',
    );
    expect(failure('a\t', 2)).toBe(
      'error TEXT_INPUT at "a\\t"\n  a text is empty\n  allowed: two sentences with a tab between: $\'first\\tsecond\'',
    );
  });

  it('refuses too few and too many', () => {
    expect(failure('a', 2)).toContain('there is one sentence');
    expect(failure('a\tb', 1)).toContain('there are 2 sentences');
    expect(failure('a\tb\tc')).toContain('there are 3 sentences');
    expect(failure('x'.repeat(100), 2)).toContain(`at "${'x'.repeat(60)}…"`);
  });
});
