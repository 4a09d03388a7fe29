/**
 * Subject and readable body of an e-mail: MIME parts, transfer encodings, character sets and HTML undone. All other headers
 * are left out.
 */
import { htmlText } from './html-text.ts';

export interface EmailText {
  readonly subject: string;
  readonly body: string;
}

/** Parts within parts. */
const mostDepth = 8;

type Headers = ReadonlyMap<string, string>;

interface Entity {
  /** By lower-case name; of several the first. */
  readonly headers: Headers;
  /** Bytes, one character each. */
  readonly body: string;
}

/** Headers up to the first empty line, folded ones joined. */
function parseEntity(text: string): Entity {
  const blank = /(?:^|\n)[ \t]*\n/.exec(text);
  const head = blank ? text.slice(0, blank.index) : text;
  const headers = new Map<string, string>();
  for (const line of head.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const match = /^([A-Za-z0-9-]+):(.*)$/.exec(line);
    const name = match?.[1]?.toLowerCase();
    if (name !== undefined && !headers.has(name)) headers.set(name, match![2]!.trim());
  }
  return { headers, body: blank ? text.slice(blank.index + blank[0].length) : '' };
}

/** 0x80 to 0x9F of windows-1252. Some versions of Node read it as ISO-8859-1, so it is done here. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
/** As browsers do, its subsets count as windows-1252. */
const western = /^(us-ascii|ascii|iso-8859-1|iso8859-1|latin1|windows-1252|cp1252|x-unknown)$/;

/** Decodes by the name of a character set; what is unknown or not given is windows-1252. */
function decodeBytes(bytes: string, charset = 'windows-1252'): string {
  const name = charset.toLowerCase();
  try {
    if (!western.test(name)) return new TextDecoder(name).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    // A name that nobody knows.
  }
  return bytes.replace(/[\x80-\x9f]/g, (byte) => windows1252[byte.charCodeAt(0) - 0x80]!);
}

function decodeQuotedPrintable(text: string): string {
  return text
    .replace(/=[ \t]*\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const decodeBase64 = (text: string): string => Buffer.from(text, 'base64').toString('latin1');

/** `=?iso-8859-1?Q?caf=E9?=`. */
function decodeWords(text: string): string {
  const joined = text.replace(/\?=[ \t]+=\?/g, '?==?');
  return joined.replace(
    /=\?([^?\s]{1,40})\?([bq])\?([^?\s]*)\?=/gi,
    (_, charset: string, encoding: string, content: string) => {
      const isBase64 = encoding.toLowerCase() === 'b';
      const bytes = isBase64 ? decodeBase64(content) : decodeQuotedPrintable(content.replaceAll('_', ' '));
      return decodeBytes(bytes, charset);
    },
  );
}

function parameter(header: string | undefined, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^;\\s]+))`, 'i').exec(header ?? '');
  return match?.[1] ?? match?.[2];
}

/** What stands between the boundaries. */
function parts(body: string, boundary: string): Entity[] {
  const pieces = `\n${body}`.split(`\n--${boundary}`).slice(1);
  return pieces
    .filter((piece) => !piece.startsWith('--'))
    .map((piece) => parseEntity(piece.slice(piece.indexOf('\n') + 1)));
}

interface ReadPart {
  readonly isPlain: boolean;
  readonly text: string;
}

function readPart({ headers, body }: Entity, depth: number): ReadPart | undefined {
  const contentType = headers.get('content-type');
  const type = /^[^;\s]+/.exec(contentType ?? '')?.[0].toLowerCase() ?? 'text/plain';
  const boundary = parameter(contentType, 'boundary');
  if (type.startsWith('multipart/') && boundary !== undefined && boundary !== '' && depth < mostDepth) {
    const read = parts(body, boundary).flatMap((part) => readPart(part, depth + 1) ?? []);
    const chosen =
      type === 'multipart/alternative' ? (read.find(({ isPlain }) => isPlain) ?? read[0]) : undefined;
    return chosen ?? { isPlain: true, text: read.map(({ text }) => text).join('\n') };
  }
  if (type === 'message/rfc822' && depth < mostDepth) return readPart(parseEntity(body), depth + 1);
  if (!type.startsWith('text/') && !type.startsWith('multipart/') && type.includes('/')) return undefined;
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase();
  let bytes = body;
  if (encoding === 'quoted-printable') bytes = decodeQuotedPrintable(body);
  else if (encoding === 'base64') bytes = decodeBase64(body);
  const text = decodeBytes(bytes, parameter(contentType, 'charset'));
  const isHtml = type === 'text/html' || /^\s*(<!doctype html|<html)/i.test(text.slice(0, 1000));
  return { isPlain: !isHtml, text: isHtml ? htmlText(text) : text };
}

/** Runs of blanks become one, of empty lines one; characters that no one sees go. */
function tidy(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{C}\n\t]/gu, '')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Reads the bytes of an e-mail as it was sent, with or without the `From ` line of a mailbox before it. */
export function readEmail(bytes: Uint8Array): EmailText {
  const text = Buffer.from(bytes).toString('latin1').replace(/\r\n/g, '\n');
  const entity = parseEntity(text);
  const subject = decodeWords(entity.headers.get('subject') ?? '');
  // Headers may hold bytes of any character set.
  const readable =
    /[\x80-\xff]/.test(subject) && /^[\0-\xff]*$/.test(subject) ? decodeBytes(subject, undefined) : subject;
  return { subject: tidy(readable).replaceAll('\n', ' '), body: tidy(readPart(entity, 0)?.text ?? '') };
}
