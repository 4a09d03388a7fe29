/** Inputs that made a reader fail, kept so that they can be read again: `npm run fuzz -- --replay FILE`. */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MdpdError, messageOf } from '@mdpd/core/errors';
import type { FuzzInput } from './input.ts';
import type { Outcome } from './outcome.ts';

export interface Saved {
  readonly reader: string;
  readonly seed: number;
  readonly index: number;
  readonly outcome: Outcome;
  readonly input: FuzzInput;
}

interface Stored extends Omit<Saved, 'input'> {
  /** Base64 by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;
}

/** Keeps what lies in a folder as the input of `outcome`; gives the path of the file. */
export function saveInput(to: string, from: string, about: Omit<Saved, 'input'>): string {
  const files: Record<string, string> = {};
  const links: Record<string, string> = {};
  for (const entry of readdirSync(from, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(from, file);
    if (entry.isSymbolicLink()) links[name] = readlinkSync(file);
    else if (entry.isFile()) files[name] = readFileSync(file).toString('base64');
  }
  mkdirSync(to, { recursive: true });
  const target = path.join(to, `${about.reader}-${about.seed}-${about.index}.json`);
  writeFileSync(target, `${JSON.stringify({ ...about, files, links } satisfies Stored, undefined, 1)}\n`);
  return target;
}

/** Throws FUZZ_FILE. */
export function loadReplay(file: string): Saved {
  try {
    const { files, links, ...about } = JSON.parse(readFileSync(file, 'utf8')) as Stored;
    const decoded = Object.entries(files).map(([name, text]) => [name, Buffer.from(text, 'base64')] as const);
    return { ...about, input: { files: Object.fromEntries(decoded), links } };
  } catch (error) {
    throw new MdpdError('FUZZ_FILE', `this is no input that the fuzzer kept: ${messageOf(error)}`, {
      place: file,
      exitCode: 2,
    });
  }
}
