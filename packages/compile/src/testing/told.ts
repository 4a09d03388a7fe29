/** Texts of errors, as the command line prints them, without what differs from machine to machine. */
import { sep } from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';

/** What a thrown error says; places are files without folders and lines. */
export function told(thrown: unknown): string {
  if (!(thrown instanceof MdpdError)) return `not for people: ${String(thrown)}`;
  const place = thrown.place
    ?.split(sep)
    .at(-1)
    ?.replace(/:\d+:\d+$/u, ':LINE');
  const { code, message, allowed, fix } = thrown;
  return formatError(new MdpdError(code, message, { place, allowed, fix }));
}

/** What `fn` throws, told. */
export async function failureOf(fn: () => unknown): Promise<string> {
  try {
    await fn();
  } catch (error) {
    return told(error);
  }
  return 'nothing';
}
