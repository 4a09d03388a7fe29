/** Texts of strangers in the Markdown that TensorBoard shows. */

/** A text as it stands, as a block of code: indented, so that nothing in it can end the block. */
export function literal(text: string): string {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => `    ${line}`)
    .join('\n');
}

/** What Python-Markdown knows a backslash before; and what begins HTML, tables and blocks of code. */
const backslashed = /[\\`*_{}[\]()#+\-.!]/g;
const entities: readonly (readonly [RegExp, string])[] = [
  [/&/g, '&amp;'],
  [/</g, '&lt;'],
  [/>/g, '&gt;'],
  [/\|/g, '&#124;'],
  [/~/g, '&#126;'],
];

/** A text within a line, in which nothing means anything. */
export function escaped(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(backslashed, '\\$&');
  return entities.reduce((before, [sign, entity]) => before.replace(sign, entity), line);
}
