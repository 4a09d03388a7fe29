/**
 * Classes of characters as the Rust library `tokenizers` has them, for regular expressions with the flag `u`.
 *
 * JavaScript's own (`\p{L}`) follow the Unicode version of Node, which differs from those of that library's crates.
 */
import * as tables from './unicode-tables.ts';

const hex = (point: number): string => `\\u{${point.toString(16)}}`;

/** The inside of a character class, from a table of runs. */
export function unpackClass(table: string): string {
  let end = 0;
  return table
    .split(' ')
    .map((run) => {
      const [gap = '', more = '0'] = run.split('.');
      const first = end + Number.parseInt(gap, 36);
      end = first + Number.parseInt(more, 36);
      return end === first ? hex(first) : `${hex(first)}-${hex(end)}`;
    })
    .join('');
}

/** White space of Rust and of Oniguruma; JavaScript's `\s` has U+FEFF and lacks U+0085. */
export const whiteSpace = '\\p{White_Space}';
export const letter = unpackClass(tables.letter);
export const number = unpackClass(tables.number);
export const bertControl = unpackClass(tables.bertControl);
export const bertMark = unpackClass(tables.bertMark);
export const bertPunctuation = unpackClass(tables.bertPunctuation);
export const combiningMark = unpackClass(tables.combiningMark);
export const younger = unpackClass(tables.younger);
