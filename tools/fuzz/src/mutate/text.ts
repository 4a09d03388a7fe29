/** Mutations of text files: lines, quotes, line ends, numbers, odd Unicode. */
import type { Random } from '@mdpd/tensor/random';
import { splice, type Mutation } from './bytes.ts';
import { brokenUtf8, hostileNumbers, hostileText } from './hostile.ts';
import { pick } from './pick.ts';

const insert = (random: Random, bytes: Buffer, middle: Uint8Array): Buffer => {
  const point = random.integer(bytes.length + 1);
  return splice(bytes, point, point, middle);
};

const oddText: Mutation = (random, bytes) => insert(random, bytes, Buffer.from(hostileText(random)));
const notUtf8: Mutation = (random, bytes) => insert(random, bytes, pick(random, brokenUtf8));

const sign: Mutation = (random, bytes) =>
  insert(
    random,
    bytes,
    Buffer.from(
      pick(random, [
        '"',
        "'",
        '\t',
        ',',
        '\n',
        '\r',
        '\r\n',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ':',
        '\0',
        '#',
        '&a ',
        '*a ',
      ]),
    ),
  );

/** A run of digits becomes another number. */
const numbers: Mutation = (random, bytes) => {
  const text = bytes.toString('latin1');
  const found = [...text.matchAll(/-?\d+(\.\d+)?/gu)];
  if (found.length === 0) return bytes;
  const { index, 0: digits } = pick(random, found);
  return splice(bytes, index, index + digits.length, Buffer.from(pick(random, hostileNumbers)));
};

const byLine =
  (change: (lines: string[], random: Random) => string[]): Mutation =>
  (random, bytes) =>
    Buffer.from(change(bytes.toString('latin1').split('\n'), random).join('\n'), 'latin1');

const lineGone = byLine((lines, random) => lines.toSpliced(random.integer(lines.length), 1));
const lineTwice = byLine((lines, random) => {
  const index = random.integer(lines.length);
  const times = pick(random, [1, 1, 1, 1, 50, 300]);
  return lines.toSpliced(index, 0, ...Array<string>(times).fill(lines[index]!.slice(0, 500)));
});
const linesSwapped = byLine((lines, random) => {
  const [a, b] = [random.integer(lines.length), random.integer(lines.length)];
  return lines.with(a, lines[b]!).with(b, lines[a]!);
});
const emptyLines = byLine((lines, random) =>
  lines.toSpliced(random.integer(lines.length), 0, '', ' ', '\r', '\t'),
);

const lineEnds: Mutation = (random, bytes) => {
  const text = bytes.toString('latin1');
  const end = pick(random, ['\r\n', '\r', '\n\n', '\n\r', '\u2028']);
  return Buffer.from(
    text.replace(/\n/gu, () => (random.integer(2) === 0 ? '\n' : end)),
    'latin1',
  );
};

const mark: Mutation = (random, bytes) =>
  Buffer.concat([
    pick(random, [Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from([0xff, 0xfe]), Buffer.alloc(4)]),
    bytes,
  ]);

const wide: Mutation = (_, bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le');

const quoteGone: Mutation = (random, bytes) => {
  const found: number[] = [];
  for (let at = bytes.indexOf(0x22); at >= 0; at = bytes.indexOf(0x22, at + 1)) found.push(at);
  if (found.length === 0) return bytes;
  const at = pick(random, found);
  return splice(bytes, at, at + 1, Buffer.alloc(0));
};

/** A line, or a cell, of a megabyte and more. */
const longRun: Mutation = (random, bytes) =>
  insert(
    random,
    bytes,
    Buffer.alloc(
      pick(random, [300, 300, 5_000, 5_000, 5_000, 5_000, 100_000, 100_000, 100_000, 1_100_000]),
      pick(random, [0x61, 0x09, 0x2c, 0x22, 0x20, 0x5b, 0x2e]),
    ),
  );

export const textMutations: readonly Mutation[] = [
  oddText,
  oddText,
  notUtf8,
  sign,
  sign,
  numbers,
  numbers,
  lineGone,
  lineTwice,
  linesSwapped,
  emptyLines,
  lineEnds,
  mark,
  wide,
  quoteGone,
  longRun,
];
