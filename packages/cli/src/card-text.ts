/** Texts of strangers in the Markdown of a model card. */
import { visible } from '@mdpd/report/display-width';

/** A text in which nothing means anything, in one line, as code. */
export function inlineCode(text: string): string {
  const line = visible(text).replace(/\s+/g, ' ');
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = /^[` ]|[` ]$|^$/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** The same in a cell of a table, which ends at `|` wherever that stands. */
export function cellCode(text: string): string {
  return inlineCode(text).replaceAll('|', '\\|');
}

/** A block of code; nothing in it ends it. */
export function fenced(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.trimEnd()}\n${fence}\n`;
}

/** The text of the block of code that `fenced` made under a heading, where it ends the card. */
export function lastFenced(language: string, heading: string, card: string): string | undefined {
  return new RegExp(`\\n${heading}\\n\\n(\`{3,})${language}\\n([^]*)\\n\\1\\n$`).exec(card)?.[2];
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
