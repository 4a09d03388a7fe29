/** Texts as pickles hold them. */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8; undefined where it is damaged. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A `str` of Python 2, which has no encoding: UTF-8, else Latin-1. */
export function fromEightBit(bytes: Uint8Array): string {
  return fromUtf8(bytes) ?? Buffer.from(bytes).toString('latin1');
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * A quoted literal of Python 2 (`repr`), each character a byte, as text. Undefined where it is not quoted, or has an
 * incomplete `\x`. Unknown escapes stay as they are, as in Python.
 */
export function fromLiteral(line: string): string | undefined {
  const quote = line[0];
  const quoted = line.length >= 2 && (quote === "'" || quote === '"') && line.endsWith(quote);
  if (!quoted) return undefined;
  const inner = line.slice(1, -1);
  // Nearly all of them.
  if (/^[ -[\]-~]*$/.test(inner)) return inner;
  if (/(?<!\\)(?:\\\\)*\\$/u.test(inner) || /(?<!\\)(?:\\\\)*\\x(?![\da-f]{2})/iu.test(inner))
    return undefined;
  const bytes = inner.replace(/\\(x[\da-f]{2}|[0-7]{1,3}|[\s\S])/giu, (whole, escape: string) => {
    if (/^x../iu.test(escape)) return String.fromCharCode(parseInt(escape.slice(1), 16));
    if (/^[0-7]/u.test(escape)) return String.fromCharCode(parseInt(escape, 8) & 255);
    return escapes[escape] ?? whole;
  });
  return fromEightBit(Buffer.from(bytes, 'latin1'));
}

/**
 * The encoding `raw-unicode-escape`: Latin-1 with `\uXXXX` and `\UXXXXXXXX`, which count only behind an even number of
 * backslashes. Undefined for an escape that is incomplete or beyond Unicode.
 */
export function fromRawUnicodeEscape(line: string): string | undefined {
  if (!line.includes('\\')) return line;
  let valid = true;
  const text = line.replace(
    // From the first backslash of a run: looked at from each of them, a long run would take its length squared.
    /(?<!\\)(\\+)(u[\da-fA-F]{4}|U[\da-fA-F]{8}|[uU])/gu,
    (whole, slashes: string, escape: string) => {
      if (slashes.length % 2 === 0) return whole;
      const point = parseInt(escape.slice(1), 16);
      const complete = escape.length === (escape[0] === 'u' ? 5 : 9);
      if (complete && point <= 0x10ffff) return slashes.slice(1) + String.fromCodePoint(point);
      valid = false;
      return whole;
    },
  );
  return valid ? text : undefined;
}
