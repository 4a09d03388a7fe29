/** How many columns of a terminal a text takes, and texts of strangers on it. */

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const plain = /^[\x20-\x7e]*$/;
/** Signs that change what comes before them, or nothing at all. */
const withoutWidth = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
/** Two columns each: scripts of East Asia, full forms, signs that are shown as pictures. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{1f1e6}-\u{1f1ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** Columns of a text without control characters: letters of East Asia and pictures take two. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += widthOf(segment);
  return columns;
}

function widthOf(grapheme: string): number {
  if (withoutWidth.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

/**
 * At most `room` columns, the end cut off between two letters.
 *
 * @param ellipsis - what stands for it
 */
export function clipColumns(text: string, room: number, ellipsis = '…'): string {
  if (displayWidth(text) <= room) return text;
  const mark = displayWidth(ellipsis) <= room ? ellipsis : '';
  const left = Math.max(0, room - displayWidth(mark));
  let kept = '';
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) {
    columns += widthOf(segment);
    if (columns > left) break;
    kept += segment;
  }
  return kept + mark;
}

/** Control characters but line breaks and tabs, and signs that turn the direction of what follows. */
const commands = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text in which nothing moves the cursor, colours or hides anything: such characters are shown as `\x1b`. */
export function visible(text: string): string {
  return text.replace(commands, (sign) => {
    const code = sign.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}
