import type { JsonObject, MdpdError } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { limited } from './expression-limit.ts';

const split = (Regex: string): JsonObject => ({ type: 'Split', pattern: { Regex } });
const find = (Regex: string) => {
  const expression = new RegExp(Regex, 'gu');
  return limited(split(Regex), 'tokenizer.json', (text) => text.match(expression) ?? []);
};
function errorOf(run: () => unknown): MdpdError {
  try {
    run();
  } catch (error) {
    return error as MdpdError;
  }
  throw new Error('nothing was thrown');
}

describe('limited', () => {
  it.each(['(a+)+$', '(?:a|a)*$', '(?=(a+)+$)a'])('stops %s, which takes exponential time', (expression) => {
    const began = performance.now();
    const error = errorOf(() => find(expression)(`${'a'.repeat(38)}!`));
    expect(error).toMatchObject({ code: 'TOKENIZER_SLOW', place: 'tokenizer.json' });
    expect(error.message).toBe(
      `its expression "${expression}" took more than 1.0 s for a text of 39 characters, "${'a'.repeat(38)}!"`,
    );
    // Far below what it would take, which is hours.
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  it('stops a cubic one on a long text', () => {
    expect(errorOf(() => find('a*a*b')('a'.repeat(30_000))).code).toBe('TOKENIZER_SLOW');
  });

  it('gives what the function gives, and its errors, whether watched or not', () => {
    const text = 'we do, we do';
    for (const whole of [text, text.repeat(1000)])
      for (const expression of ['\\w+', '(?:\\w)+'])
        expect(find(expression)(whole)).toEqual(whole.match(/\w+/gu));
    const fails = limited(split('(a+)+'), 'tokenizer.json', () => {
      throw new RangeError('its own');
    });
    expect(() => fails('a')).toThrow(new RangeError('its own'));
  });

  it('may be used within itself', () => {
    const inner = find('(?:a)+');
    const outer = limited(split('(b)+'), 'tokenizer.json', (text) => [inner(text), inner(`${text}ba`)]);
    expect(outer('aab')).toEqual([['aa'], ['aa', 'a']]);
  });

  it('leaves a function without expressions alone', () => {
    const run = (text: string) => text;
    expect(limited({ type: 'Sequence', parts: [null, 1, 'Regex'] }, '', run)).toBe(run);
    expect(limited(null, '', run)).toBe(run);
  });
});
