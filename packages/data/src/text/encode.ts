/** One example as tokens: one text or two, cut to the longest length, with special tokens. */
import { MdpdError } from '@mdpd/core';
import type { BuiltText, Tokenizer } from './tokenizer.ts';

/**
 * How many tokens of two texts are kept, `room` in all: the longer one is cut first, then both alike, and where one token
 * is left over it goes to the longer text, the second if they are alike. As `truncation="longest_first"` of Hugging Face `tokenizers`.
 */
export function truncatedLengths(first: number, second: number, room: number): readonly [number, number] {
  if (first + second <= room) return [first, second];
  const shorter = Math.min(first, second);
  const half = Math.floor(room / 2);
  const [short, long] = shorter <= half ? [shorter, room - shorter] : [half, room - half];
  return first > second ? [long, short] : [short, long];
}

/** Throws TEXT_LENGTH where the special tokens alone are longer than `maxLength`. */
export function buildExample(
  tokenizer: Pick<Tokenizer, 'build' | 'specials'>,
  first: readonly number[],
  second: readonly number[] | undefined,
  maxLength: number,
): BuiltText {
  const specials = tokenizer.specials(second !== undefined);
  const room = maxLength - specials;
  if (room < 0) {
    throw new MdpdError('TEXT_LENGTH', `${maxLength} tokens do not hold the ${specials} special tokens`, {
      allowed: `at least ${specials + 1}`,
      exitCode: 2,
    });
  }
  if (!second) return tokenizer.build(first.length > room ? first.slice(0, room) : first);
  const [a, b] = truncatedLengths(first.length, second.length, room);
  return tokenizer.build(first.slice(0, a), second.slice(0, b));
}

/** Token ids and types of one text or two, at most `maxLength` of them. Throws TEXT_LENGTH. */
export function encodeExample(
  tokenizer: Pick<Tokenizer, 'encodeIds' | 'build' | 'specials'>,
  first: string,
  second: string | undefined,
  maxLength: number,
): BuiltText {
  const ids = second === undefined ? undefined : tokenizer.encodeIds(second);
  return buildExample(tokenizer, tokenizer.encodeIds(first), ids, maxLength);
}
