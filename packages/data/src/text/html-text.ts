/** The readable text of HTML: tags away, characters written by name or number decoded. */

const named: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  bull: '•',
  cent: '¢',
  copy: '©',
  eacute: 'é',
  euro: '€',
  gt: '>',
  hellip: '…',
  laquo: '«',
  ldquo: '“',
  lsquo: '‘',
  lt: '<',
  mdash: '—',
  middot: '·',
  nbsp: ' ',
  ndash: '–',
  pound: '£',
  quot: '"',
  raquo: '»',
  rdquo: '”',
  reg: '®',
  rsquo: '’',
  trade: '™',
};

/** Tags that end a line. */
const lineTags = new Set(
  'p br div tr li ul ol table hr h1 h2 h3 h4 h5 h6 title center blockquote pre dt dd option form'.split(' '),
);
/** Elements whose content nobody reads. */
const hidden = new Set(['script', 'style', 'head']);

function characterOf(entity: string): string | undefined {
  const match = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(entity);
  if (!match) return Object.hasOwn(named, entity.toLowerCase()) ? named[entity.toLowerCase()] : undefined;
  const point = match[1] ? Number.parseInt(match[1], 16) : Number(match[2]);
  const isCharacter = point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
  return isCharacter ? String.fromCodePoint(point) : '';
}

/** `&eacute;`, `&#233;`, `&#xe9;`, also where the semicolon is missing; what is none stays. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(#x?[0-9a-f]{1,7}|[a-z]{2,8});?/gi,
    (whole, entity: string) => characterOf(entity) ?? whole,
  );
}

/** Where a tag that starts at `start` ends, one past its ">"; the end of the text where it is not closed. */
function endOfTag(html: string, start: number): number {
  const isComment = html.startsWith('<!--', start);
  const end = html.indexOf(isComment ? '-->' : '>', start + (isComment ? 4 : 1));
  return end === -1 ? html.length : end + (isComment ? 3 : 1);
}

/** Text without tags. Goes through the HTML once, whatever is in it. */
export function htmlText(html: string): string {
  const parts: string[] = [];
  // Same length as the HTML: only ASCII letters change.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const unclosed = new Set<string>();
  let at = 0;
  while (at < html.length) {
    const start = html.indexOf('<', at);
    parts.push(html.slice(at, start === -1 ? html.length : start));
    if (start === -1) break;
    const name = /^<(\/?)([a-z][a-z0-9]*)/i.exec(html.slice(start, start + 24));
    if (!name && !/^<[!?/]/.test(html.slice(start, start + 2))) {
      // A "<" that starts no tag is text.
      parts.push('<');
      at = start + 1;
      continue;
    }
    at = endOfTag(html, start);
    const tag = name?.[2]?.toLowerCase() ?? '';
    if (lineTags.has(tag)) parts.push('\n');
    else if (tag === 'td' || tag === 'th') parts.push(' ');
    if (!hidden.has(tag) || name?.[1] !== '' || unclosed.has(tag)) continue;
    const close = lower.indexOf(`</${tag}`, at);
    // Where the end is missing, what follows is read after all.
    if (close === -1) unclosed.add(tag);
    else at = endOfTag(html, close);
  }
  return decodeEntities(parts.join(''));
}
