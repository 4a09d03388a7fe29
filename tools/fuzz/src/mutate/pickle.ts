/** Mutations of pickles: opcodes put in, bombs of notes and marks, and integers of every width. */
import { splice, type Mutation } from './bytes.ts';
import { hostileText } from './hostile.ts';
import { chance, pick } from './pick.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

function withLength(opcode: string, width: number, length: bigint, body: Buffer): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, length));
  return Buffer.concat([latin(opcode), bytes.subarray(0, width), body]);
}

/** Pieces of programs of this machine. */
const snippets: readonly Buffer[] = [
  ...[
    '(',
    '0',
    '1',
    '2',
    'N',
    '\x88',
    '\x89',
    ')',
    ']',
    '}',
    't',
    'l',
    'd',
    'a',
    'e',
    's',
    'u',
    'R',
    'b',
    'Q',
    '\x81',
    '\x85',
    '\x86',
    '\x87',
    '\x90',
    '\x8f',
    '\x93',
    '\x94',
    '.',
    'o',
  ].map(latin),
  ...[
    'K\x00',
    'M\xff\xff',
    'J\xff\xff\xff\x7f',
    'J\x00\x00\x00\x80',
    'G\x7f\xf0\x00\x00\x00\x00\x00\x00',
    'G\x7f\xf8\x00\x00\x00\x00\x00\x01',
  ].map(latin),
  ...[
    'I99999999999999999999\n',
    'L-9L\n',
    'F1e999\n',
    "S'\\x41'\n",
    'V\\ud800\n',
    'I01\n',
    'I00\n',
    'g0\n',
    'p0\n',
  ].map(latin),
  ...['q\x00', 'q\x01', 'h\x00', 'h\x01', 'r\xff\xff\xff\xff', 'j\xff\xff\xff\xff', 'r\x00\x00\x00\x00'].map(
    latin,
  ),
  ...[
    'cos\nsystem\n',
    'cbuiltins\neval\n',
    'c__builtin__\ngetattr\n',
    'ccollections\nOrderedDict\n',
    'ctorch._utils\n_rebuild_tensor_v2\n',
    'ctorch\nFloatStorage\n',
    'c__proto__\nconstructor\n',
  ].map(latin),
  latin('\x80\x02'),
  latin('\x80\x05'),
  latin('\x95\xff\xff\xff\xff\xff\xff\xff\x7f'),
  withLength('X', 4, 0xffffffffn, latin('x')),
  withLength('X', 4, 0x7fffffffn, latin('x')),
  withLength('T', 4, 0x80000000n, latin('x')),
  withLength('B', 4, 0x7fffffffn, latin('x')),
  withLength('\x8d', 8, 1n << 53n, latin('x')),
  withLength('\x8e', 8, (1n << 63n) - 1n, latin('x')),
  withLength('\x8b', 4, 0x7fffffffn, latin('x')),
  withLength('\x8b', 4, 0xffffffffn, latin('x')),
  Buffer.concat([latin('\x8a\xff'), Buffer.alloc(255, 0x7f)]),
];

const instruction: Mutation = (random, bytes) => {
  const point = Math.min(bytes.length, 2 + random.integer(Math.max(1, bytes.length - 2)));
  return splice(bytes, point, point, pick(random, snippets));
};

const replaced: Mutation = (random, bytes) => {
  const point = random.integer(Math.max(1, bytes.length));
  return splice(bytes, point, Math.min(bytes.length, point + 1 + random.integer(6)), pick(random, snippets));
};

const text: Mutation = (random, bytes) => {
  const body = Buffer.from(hostileText(random));
  const point = Math.min(bytes.length, 2 + random.integer(Math.max(1, bytes.length - 2)));
  return splice(bytes, point, point, withLength('X', 4, BigInt(body.length), body));
};

/** Lists that hold the list before twice: read as a tree, 2^40 of them. */
function doubling(levels: number): Buffer {
  const steps = Array.from({ length: levels }, (_, level) =>
    Buffer.concat([
      latin(']'),
      latin(`r`),
      le32(level + 1),
      latin('(j'),
      le32(level),
      latin('j'),
      le32(level),
      latin('e'),
    ]),
  );
  return Buffer.concat([latin('\x80\x02]r'), le32(0), latin('K\x01a'), ...steps, latin('.')]);
}

function le32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const bombs: readonly (() => Buffer)[] = [
  () => doubling(40),
  () => Buffer.concat([latin('\x80\x02'), Buffer.alloc(200_000, '('), latin('.')]),
  () => Buffer.concat([latin('\x80\x02'), Buffer.alloc(200_000, ']'), latin('.')]),
  () =>
    Buffer.concat([
      latin('\x80\x02N'),
      ...Array.from({ length: 100_000 }, (_, index) => Buffer.concat([latin('r'), le32(index)])),
      latin('.'),
    ]),
  // A list in a list in a list, 100,000 deep.
  () => Buffer.concat([latin('\x80\x02'), Buffer.alloc(100_000, ']'), Buffer.alloc(99_999, 'a'), latin('.')]),
  () => Buffer.concat([latin('\x80\x02)'), Buffer.alloc(100_000, '\x85', 'latin1'), latin('.')]),
  // A list that holds itself.
  () => latin('\x80\x02]q\x00h\x00a.'),
  () => latin('\x80\x02}q\x00K\x01h\x00s.'),
  // One text of a megabyte named a thousand times.
  () =>
    Buffer.concat([
      latin('\x80\x02]('),
      withLength('X', 4, 1_000_000n, Buffer.alloc(1_000_000, 'a')),
      latin('q\x00'),
      Buffer.concat(Array<Buffer>(1000).fill(latin('h\x00'))),
      latin('e.'),
    ]),
  // An integer of two million bits.
  () =>
    Buffer.concat([
      latin('\x80\x02'),
      withLength('\x8b', 4, 250_000n, Buffer.alloc(250_000, 0x7f)),
      latin('.'),
    ]),
  () => Buffer.concat([latin('(lp0\n'), latin('I1\na'.repeat(50_000)), latin('.')]),
  () => Buffer.concat([latin('I'), Buffer.alloc(300_000, '9'), latin('\n.')]),
  () => Buffer.concat([latin('L'), Buffer.alloc(1_000_000, '9'), latin('L\n.')]),
  () => Buffer.concat([latin("S'"), Buffer.alloc(1_000_000, '\\'), latin("'\n.")]),
  () => Buffer.concat([latin('V'), Buffer.alloc(1_000_000, '\\'), latin('\n.')]),
  () => Buffer.concat([latin('F'), Buffer.alloc(1_000_000, '1'), latin('\n.')]),
];

const bomb: Mutation = (random) => pick(random, bombs)();

export const pickleMutations: readonly Mutation[] = [
  ...Array<Mutation>(8).fill(instruction),
  ...Array<Mutation>(6).fill(replaced),
  ...Array<Mutation>(3).fill(text),
  (random, bytes) => (chance(random, 0.3) ? bomb(random, bytes) : instruction(random, bytes)),
];
