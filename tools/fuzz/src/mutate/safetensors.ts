/** Mutations of safetensors files: the header as JSON, its length, and offsets that overlap or lie outside. */
import type { Random } from '@mdpd/tensor/random';
import type { Mutation } from './bytes.ts';
import { hostileSizes } from './hostile.ts';
import { jsonMutation } from './json.ts';
import { pick } from './pick.ts';

function parts(bytes: Buffer): { header: Buffer; data: Buffer } | undefined {
  if (bytes.length < 8) return undefined;
  const length = bytes.readBigUInt64LE();
  if (length > BigInt(bytes.length - 8)) return undefined;
  return { header: bytes.subarray(8, 8 + Number(length)), data: bytes.subarray(8 + Number(length)) };
}

function join(header: Buffer, data: Buffer, length = BigInt(header.length)): Buffer {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt.asUintN(64, length));
  return Buffer.concat([prefix, header, data]);
}

const header: Mutation = (random, bytes) => {
  const found = parts(bytes);
  return found ? join(jsonMutation(random, found.header), found.data) : bytes;
};

const length: Mutation = (random, bytes) => {
  const found = parts(bytes);
  return found ? join(found.header, found.data, pick(random, hostileSizes)) : bytes;
};

type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };

const lies: readonly ((random: Random, entry: Entry, dataBytes: number) => void)[] = [
  (random, entry) =>
    (entry.dtype = pick(random, [
      'F64',
      'F32',
      'F16',
      'BF16',
      'I64',
      'U8',
      'BOOL',
      'F8_E4M3',
      'C64',
      '__proto__',
    ])),
  (random, entry) => entry.shape.push(pick(random, [0, 1, 2, 2 ** 31, 2 ** 53])),
  (random, entry) => (entry.shape = [pick(random, [2 ** 31 - 1, 2 ** 32, 2 ** 53 - 1]), 0]),
  (random, entry) => (entry.shape = Array<number>(pick(random, [33, 20_000])).fill(1)),
  (_, entry) => entry.data_offsets.reverse(),
  (random, entry) => (entry.data_offsets[random.integer(2)] = Number(pick(random, hostileSizes))),
  (random, entry, dataBytes) => (entry.data_offsets = [random.integer(dataBytes + 1), dataBytes]),
  (_, entry) => (entry.data_offsets = [0, entry.data_offsets[1] - entry.data_offsets[0]]),
];

const entry: Mutation = (random, bytes) => {
  const found = parts(bytes);
  if (!found) return bytes;
  let tree: Record<string, Entry>;
  try {
    tree = JSON.parse(found.header.toString('utf8')) as Record<string, Entry>;
    const names = Object.keys(tree).filter((name) => name !== '__metadata__');
    const name = pick(random, names);
    pick(random, lies)(random, tree[name]!, found.data.length);
    if (random.integer(4) === 0) tree[`${name}-again`] = tree[name]!;
    return join(Buffer.from(JSON.stringify(tree)), found.data);
  } catch {
    // Of a header that is broken or too deep already.
    return bytes;
  }
};

export const safetensorsMutations: readonly Mutation[] = [header, header, length, entry, entry];
