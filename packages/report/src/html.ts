/** Markup as strings: whatever is put into a template is escaped, unless it is markup itself. */

/** Text that is markup already: made by `html`, or by `markup` from text of our own. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template; `undefined`, `null` and `false` give nothing. */
export type HtmlValue = Markup | string | number | false | null | undefined | readonly HtmlValue[];

/** Marks text as markup. Only for text of our own: never for what a user, a file or a model wrote. */
export function markup(text: string): Markup {
  return new Markup(text);
}

/** A template whose values are escaped, in elements and in quoted attributes alike. Its own line breaks lose their indents. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Markup {
  const own = unindented(strings);
  let text = own[0]!;
  values.forEach((value, i) => (text += render(value) + own[i + 1]!));
  return new Markup(text);
}

const known = new WeakMap<TemplateStringsArray, readonly string[]>();

/** A row of a table is written a thousand times: how its template is laid out need not be. */
function unindented(strings: TemplateStringsArray): readonly string[] {
  let own = known.get(strings);
  if (own === undefined) {
    own = strings.map((text) => text.replace(/\s*\n\s*/g, '\n').replace(/\n(?=\/?>)/g, ''));
    known.set(strings, own);
  }
  return own;
}

function render(value: HtmlValue): string {
  if (value === undefined || value === null || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeText(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * Safe in elements and in quoted attributes. Characters that turn the direction of the text around them, and control
 * characters, are written out by their number: a name cannot make the page read other than it is.
 */
export function escapeText(text: string): string {
  return text.replace(/[&<>"'`]/g, (sign) => entities[sign]!).replace(unseen, named);
}

const unseen = /[\p{Bidi_Control}\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/gu;

function named(sign: string): string {
  if (sign === '\r') return '';
  return `⟨U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
