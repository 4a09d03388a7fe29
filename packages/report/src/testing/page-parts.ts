/** Looks into a page as a browser would: what is in its elements, without a browser. */

/** The text between the only `<name>` and `</name>`. Throws where there are more or none. */
export function contentOf(page: string, name: string): string {
  const found = [...page.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))];
  if (found.length !== 1) throw new Error(`${found.length} elements ${name}`);
  return found[0]![1]!;
}

/** What is between `<body>` and the script: what was made of data. */
export function bodyOf(page: string): string {
  return page.slice(page.indexOf('<body>') + '<body>'.length, page.lastIndexOf('<script>'));
}

/** Every start tag, attributes and all. Understands quotes, as a browser does. */
export function tagsOf(markup: string): string[] {
  return [...markup.matchAll(/<[a-z][^\s>/]*(?:"[^"]*"|[^">])*>/gi)].map(([tag]) => tag.replace(/\s+/g, ' '));
}

/** Names of elements that are opened and closed in another order, or not at all; empty where all is well. */
export function unbalanced(markup: string): string[] {
  const alone = new Set(['img', 'input', 'br', 'meta']);
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [tag, closing, name] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:"[^"]*"|[^">])*>/gi)) {
    if (alone.has(name!) || tag.endsWith('/>')) continue;
    if (closing === '') open.push(name!);
    else if (open.pop() !== name) wrong.push(name!);
  }
  return [...wrong, ...open];
}

/** Without the white space at the edges of elements, and line breaks as spaces: for looking for markup. */
export function flat(markup: string): string {
  return markup.replace(/\s*([<>])\s*/g, '$1').replace(/\s+/g, ' ');
}
