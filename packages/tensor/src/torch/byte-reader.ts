/** Reads a range of a file from its beginning, piece by piece and never beyond its end. */
import { readSync } from 'node:fs';
import { invalid, quoted } from './torch-errors.ts';

const WINDOW_BYTES = 65_536;

export interface ByteReader {
  /** The file, for messages. */
  readonly file: string;
  /** Position in the file of the next byte. */
  position(): number;
  /** The next byte. */
  byte(): number;
  /** The next bytes, which are only good until the next call. */
  take(length: number): Buffer;
  /** Text up to the next line feed, at most `limit` bytes; UTF-8. */
  line(limit: number): string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 that is damaged is an error. */
export function textOf(bytes: Uint8Array, file: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalid(file, 'a text in it is not UTF-8');
  }
}

/**
 * Reads bytes [begin, end) of a file.
 *
 * @param what - name of the range, for messages: it is what is incomplete
 * @throws CHECKPOINT_INVALID where the range ends too early; what the system throws
 */
export function byteReader(
  descriptor: number,
  file: string,
  what: string,
  begin: number,
  end: number,
): ByteReader {
  let window = Buffer.alloc(0);
  let start = begin;
  let at = 0;
  const position = (): number => start + at;
  const ended = (): Error => invalid(file, `${what} ends too early, at byte ${end}`);

  /** Makes the next `length` bytes part of the window. */
  const fill = (length: number): void => {
    if (at + length <= window.length) return;
    const from = position();
    if (length > end - from) throw ended();
    const bytes = Buffer.alloc(Math.min(Math.max(length, WINDOW_BYTES), end - from));
    const kept = window.copy(bytes, 0, at);
    for (let done = kept; done < bytes.length;) {
      const read = readSync(descriptor, bytes, done, bytes.length - done, from + done);
      if (read === 0) throw ended();
      done += read;
    }
    window = bytes;
    start = from;
    at = 0;
  };
  const take = (length: number): Buffer => {
    fill(length);
    at += length;
    return window.subarray(at - length, at);
  };
  return {
    file,
    position,
    byte: () => {
      if (at === window.length) fill(1);
      return window[at++]!;
    },
    take,
    line: (limit) => {
      fill(Math.min(limit + 1, end - position()));
      const length = window.subarray(at, at + limit + 1).indexOf(0x0a);
      if (length < 0) {
        const begins = window.subarray(at, at + 20).toString('latin1');
        throw invalid(file, `a name in ${what} has no end: it begins with ${quoted(begins)}`);
      }
      const text = textOf(take(length), file);
      at++;
      return text;
    },
  };
}
