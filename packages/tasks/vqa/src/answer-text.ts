/** Answers as the official evaluator of VQA compares them (GT-Vision-Lab/VQA, vqaEval.py), with its quirks. */
import { contractions } from './contractions.ts';

/** In the evaluator's order, which matters nowhere: each is looked for in the original text. */
const marks = [...';/[]"{}()=+\\_-><@`,?!'];
/** A mistyped flag limits the evaluator to this many (`re.UNICODE` stands where the count is expected). */
const mostPeriods = 32;
const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const numbers = new Map([['none', '0'], ...digits.map((word, value) => [word, String(value)] as const)]);
const articles = new Set(['a', 'an', 'the']);

/**
 * Digits of any script, as Python's `\d`; white space as Python's `strip` and `split`, which know some control characters
 * besides, but not the BOM.
 */
const thousands = /\p{Nd},\p{Nd}/u;
const space = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const spaces = new RegExp(space, 'u');
const isSpace = new RegExp(`^${space}$`, 'u');

/** Line ends and tabs become spaces, those at the ends go: counted, because an expression would look at inner ones again and again. */
export function trimAnswer(text: string): string {
  const plain = text.replace(/[\n\t]/gu, ' ');
  let [start, end] = [0, plain.length];
  while (start < end && isSpace.test(plain[start]!)) start++;
  while (end > start && isSpace.test(plain[end - 1]!)) end--;
  return plain.slice(start, end);
}

/**
 * Every mark is deleted where it stands beside a space somewhere in the text, or where the text has a comma between
 * digits; otherwise it becomes a space. Then periods that no digit follows are deleted.
 */
export function withoutPunctuation(text: string): string {
  const hasThousands = thousands.test(text);
  let result = text;
  for (const mark of marks) {
    const deleted = hasThousands || text.includes(`${mark} `) || text.includes(` ${mark}`);
    result = result.replaceAll(mark, deleted ? '' : ' ');
  }
  let removed = 0;
  return result.replace(/\.(?!\p{Nd})/gu, (period) => (removed++ < mostPeriods ? '' : period));
}

/** Lower case, words of numbers as digits, no articles, apostrophes in contractions, single spaces. */
export function withPlainWords(text: string): string {
  return text
    .toLowerCase()
    .split(spaces)
    .filter((word) => word !== '')
    .map((word) => numbers.get(word) ?? word)
    .filter((word) => !articles.has(word))
    .map((word) => contractions.get(word) ?? word)
    .join(' ');
}

/** Both steps, in the evaluator's order. */
export const normaliseAnswer = (text: string): string => withPlainWords(withoutPunctuation(text));

/** The answer as vocabularies list it (ViLT, LXMERT, bottom-up attention): normalised, without commas. */
export const vocabularyAnswer = (text: string): string => normaliseAnswer(text).replaceAll(',', '');
