/** The command line of the fuzzer. */
import { parseArgs } from 'node:util';
import { MdpdError, messageOf } from '@mdpd/core/errors';
import { didYouMean } from '@mdpd/core/nearest';
import type { Reader } from './reader.ts';

export interface FuzzOptions {
  readonly help: boolean;
  readonly readers: readonly Reader[];
  readonly inputs: number;
  readonly seed: number;
  /** Of every reader; undefined: until all inputs are read. */
  readonly seconds: number | undefined;
  readonly replay: string | undefined;
  /** Writes the table into docs/reliability.md. */
  readonly markdown: boolean;
}

const definitions = {
  help: { type: 'boolean', short: 'h', default: false },
  reader: { type: 'string', multiple: true },
  inputs: { type: 'string', default: '1000' },
  seed: { type: 'string', default: '1' },
  seconds: { type: 'string' },
  replay: { type: 'string' },
  markdown: { type: 'boolean', default: false },
} as const;

export const usage = (
  readers: readonly Reader[],
): string => `Reads files that are wrong on purpose, in a process of its own.

Usage: npm run fuzz -- [options]

  --reader NAME,…  ${readers.map(({ name }) => name).join(', ')}
  --inputs N       inputs for each reader (1000)
  --seed S         which ones (1)
  --seconds T      at most so long for each reader
  --replay FILE    read an input again that made a reader fail: runs/fuzz/…
  --markdown       write the table into docs/reliability.md too
`;

const wrong = (message: string, allowed?: string | readonly string[], fix?: string): MdpdError =>
  new MdpdError('OPTION_VALUE', message, { allowed, fix, exitCode: 2 });

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: definitions, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw wrong(
      messageOf(error),
      Object.keys(definitions).map((name) => `--${name}`),
    );
  }
}

function whole(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value >= least && value <= 1_000_000_000) return value;
  throw wrong(`option --${flag} is "${text}"`, `a whole number from ${least}`);
}

/** Throws OPTION_VALUE with exit code 2. */
export function parseOptions(args: readonly string[], readers: readonly Reader[]): FuzzOptions {
  const { help, reader, inputs, seed, seconds, replay, markdown } = parse(args);
  const known = readers.map(({ name }) => name);
  const named = reader?.flatMap((each) => each.split(',')).filter((each) => each !== '') ?? known;
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw wrong(`there is no reader "${unknown}"`, known, didYouMean(unknown, known));
  return {
    help,
    readers: readers.filter(({ name }) => named.includes(name)),
    inputs: whole('inputs', inputs, 1),
    seed: whole('seed', seed, 0),
    seconds: seconds === undefined ? undefined : whole('seconds', seconds, 1),
    replay,
    markdown,
  };
}
