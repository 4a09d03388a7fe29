/** Parses JSON of files that others wrote: valid UTF-8, and no deeper than what reads it can follow. */
import { isUtf8 } from 'node:buffer';
import { MdpdError, messageOf, type JsonValue } from '@mdpd/core';

/** How messages name the JSON, and how deep it may go. */
export interface UntrustedJsonOptions {
  /** Code of the error. */
  readonly code: string;
  /** File, for messages. */
  readonly place: string;
  /** What is parsed, for messages; default: the file. */
  readonly what?: string;
  /** What is allowed, and what to do, for messages. */
  readonly allowed?: string | undefined;
  readonly fix?: string | undefined;
  readonly mostDepth?: number;
}

const [quote, backslash] = [0x22, 0x5c];
/** By byte: how much deeper it leads. A table, since every byte is looked up. */
const steps = new Int8Array(256);
for (const byte of [0x5b, 0x7b]) steps[byte] = 1;
for (const byte of [0x5d, 0x7d]) steps[byte] = -1;

/** How deep lists and objects are nested in JSON; text within quotes does not count. */
export function jsonDepth(bytes: Uint8Array): number {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === quote) {
      for (at++; at < bytes.length && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++;
    } else {
      depth += steps[byte]!;
      if (depth > most) most = depth;
    }
  }
  return most;
}

/** Throws an error with the given code where the bytes are not UTF-8, no JSON, or too deep. A BOM is skipped. */
export function parseUntrustedJson(bytes: Uint8Array, options: UntrustedJsonOptions): JsonValue {
  const { code, place, what = 'the file', allowed, fix, mostDepth = 64 } = options;
  if (!isUtf8(bytes)) throw new MdpdError(code, `${what} is not UTF-8`, { place, allowed, fix });
  const depth = jsonDepth(bytes);
  if (depth > mostDepth) {
    const message = `lists and objects are ${depth} deep`;
    throw new MdpdError(code, message, { place, allowed: `at most ${mostDepth} levels`, fix });
  }
  try {
    return JSON.parse(
      Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    ) as JsonValue;
  } catch (error) {
    // V8 quotes what stands there, lines and all.
    const said = messageOf(error).replaceAll(/\s+/gu, ' ');
    throw new MdpdError(code, `${what} is not JSON: ${said}`, { place, allowed, fix, cause: error });
  }
}
