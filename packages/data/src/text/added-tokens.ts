/**
 * Finds tokens that were added to a vocabulary, special ones above all, in a text: `[SEP]`, `<mask>`. They are cut out
 * before the model sees the text, exactly as the Rust library `tokenizers` does, those that users write included.
 */
import type { AddedToken } from './tokenizer-json.ts';
import { whiteSpace } from './unicode-classes.ts';

/** Text, or the id of an added token. */
export type TextOrId = string | number;

const space = new RegExp(`[${whiteSpace}]`, 'u');
const wordCharacter = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;

function isWordBefore(text: string, at: number): boolean {
  const unit = text.charCodeAt(at - 1);
  const start = at >= 2 && unit >= 0xdc00 && unit <= 0xdfff ? at - 2 : at - 1;
  return at > 0 && wordCharacter.test(text.slice(start, at));
}

function isWordAfter(text: string, at: number): boolean {
  const point = text.codePointAt(at);
  return point !== undefined && wordCharacter.test(String.fromCodePoint(point));
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

export interface SearchedToken {
  readonly token: AddedToken;
  /** What is looked for: the content, or what normalization makes of it. */
  readonly text: string;
}

/** A function that cuts a text into added tokens and what stands between them; no part is empty. */
export function tokenFinder(searched: readonly SearchedToken[]): (text: string) => readonly TextOrId[] {
  const tokens = new Map(searched.filter(({ text }) => text !== '').map(({ token, text }) => [text, token]));
  if (tokens.size === 0) return (text) => (text === '' ? [] : [text]);
  // The leftmost match wins, of several there the longest.
  const contents = [...tokens.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(contents.map(escaped).join('|'), 'gu');
  return (text) => {
    const parts: TextOrId[] = [];
    let done = 0;
    for (const match of text.matchAll(pattern)) {
      const token = tokens.get(match[0])!;
      let start = match.index;
      let end = start + match[0].length;
      if (token.singleWord && (isWordBefore(text, start) || isWordAfter(text, end))) continue;
      while (token.lstrip && start > done && space.test(text[start - 1]!)) start--;
      while (token.rstrip && end < text.length && space.test(text[end]!)) end++;
      if (start > done) parts.push(text.slice(done, start));
      parts.push(token.id);
      done = end;
    }
    if (done < text.length) parts.push(text.slice(done));
    return parts;
  };
}
