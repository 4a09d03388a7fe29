/** Mutations that know nothing of a format: they find what no grammar foresees. */
import type { Random } from '@mdpd/tensor/random';
import { hostileSizes } from './hostile.ts';
import { between, pick } from './pick.ts';

export type Mutation = (random: Random, bytes: Buffer) => Buffer;

/** No mutation makes a file larger than this by repeating. */
const mostBytes = 4 << 20;

const at = (random: Random, { length }: Buffer): number => random.integer(length + 1);

/** Bytes [begin, end) replaced. */
export function splice(bytes: Buffer, begin: number, end: number, middle: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, begin), middle, bytes.subarray(end)]);
}

/** Up to 64 bytes, anywhere. */
function range(random: Random, bytes: Buffer, most = 64): [number, number] {
  const begin = at(random, bytes);
  return [begin, Math.min(bytes.length, begin + 1 + random.integer(most))];
}

const flips: Mutation = (random, bytes) => {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  for (let count = 1 + random.integer(6); count > 0; count--) {
    const index = random.integer(copy.length);
    copy[index] = copy[index]! ^ (1 << random.integer(8));
  }
  return copy;
};

const oddBytes: Mutation = (random, bytes) => {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  for (let count = 1 + random.integer(4); count > 0; count--)
    copy[random.integer(copy.length)] = pick(random, [
      0,
      1,
      0x7f,
      0x80,
      0xff,
      0x0a,
      0x22,
      0x5c,
      random.integer(256),
    ]);
  return copy;
};

const truncated: Mutation = (random, bytes) => bytes.subarray(0, at(random, bytes));

const deleted: Mutation = (random, bytes) => splice(bytes, ...range(random, bytes), Buffer.alloc(0));

const repeated: Mutation = (random, bytes) => {
  const [begin, end] = range(random, bytes, 4096);
  const part = bytes.subarray(begin, end);
  const times = pick(random, [1, 1, 2, 2, 2, 10, 10, 10, 10, 1000]);
  const most = Math.max(1, Math.floor(mostBytes / Math.max(1, part.length)));
  return splice(bytes, end, end, Buffer.concat(Array<Buffer>(Math.min(times, most)).fill(part)));
};

const moved: Mutation = (random, bytes) => {
  const [begin, end] = range(random, bytes, 512);
  const target = at(random, bytes);
  return splice(bytes, target, Math.min(bytes.length, target + (end - begin)), bytes.subarray(begin, end));
};

const inserted: Mutation = (random, bytes) => {
  const point = at(random, bytes);
  const noise = Buffer.from(Array.from({ length: between(random, 1, 40) }, () => random.integer(256)));
  return splice(bytes, point, point, noise);
};

/** Writes a hostile integer of 1, 2, 4 or 8 bytes, of either byte order. */
export function writeHostile(random: Random, bytes: Buffer, position: number, width: number): void {
  const value = BigInt.asUintN(width * 8, pick(random, hostileSizes));
  const digits = Buffer.alloc(8);
  digits.writeBigUInt64LE(value);
  const own = digits.subarray(0, width);
  if (random.integer(2) === 0) own.reverse();
  own.copy(bytes, position);
}

const sizes: Mutation = (random, bytes) => {
  const width = pick(random, [1, 2, 4, 8]);
  if (bytes.length < width) return bytes;
  const copy = Buffer.from(bytes);
  writeHostile(random, copy, random.integer(bytes.length - width + 1), width);
  return copy;
};

const extended: Mutation = (random, bytes) =>
  Buffer.concat([bytes, Buffer.alloc(pick(random, [1, 7, 512, 70_000]), random.integer(256))]);

export const byteMutations: readonly Mutation[] = [
  flips,
  flips,
  oddBytes,
  sizes,
  sizes,
  truncated,
  deleted,
  repeated,
  moved,
  inserted,
  extended,
];

/** One to three mutations, one after the other. */
export function mutateBytes(random: Random, bytes: Buffer, own: readonly Mutation[] = []): Buffer {
  let result = bytes;
  for (let count = pick(random, [1, 1, 1, 2, 3]); count > 0; count--) {
    const grammar = own.length > 0 && random.next() < 0.7;
    result = pick(random, grammar ? own : byteMutations)(random, result);
  }
  return result;
}
