/** One entry of a large JSON file, checked against what its format has. */
import { MdpdError } from '@mdpd/core';
import type { z } from 'zod';
import { parseUntrustedJson } from './untrusted-json.ts';

/** Where an entry stands, and what messages about it say. */
export interface EntryOptions {
  /** Code of the error. */
  readonly code: string;
  /** File and entry, for messages. */
  readonly place: string;
  /** What `bytes` is bounded by: undefined bytes are more. */
  readonly mostBytes: number;
  /** What the format has, for messages. */
  readonly allowed?: string | undefined;
}

const fix = 'correct the entry, or leave it out';
const jsonFix = `${fix}; JSON has neither NaN nor Infinity`;

/** Throws an error with the given code where the entry is too long, not UTF-8, no JSON, too deep, or against the schema. */
export function parseEntry<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array | undefined,
  { code, place, mostBytes, allowed }: EntryOptions,
): T {
  const invalid = (message: string): MdpdError => new MdpdError(code, message, { place, allowed, fix });
  if (!bytes) throw invalid(`the entry is longer than ${mostBytes} bytes`);
  const parsed = schema.safeParse(
    parseUntrustedJson(bytes, { code, place, what: 'the entry', allowed, fix: jsonFix }),
  );
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw invalid(`${path.join('.') || 'the entry'}: ${message}`);
}
