/** Mutations of images: chunks of PNG with their checksums right, segments of JPEG, chunks of WebP; sides that lie. */
import type { Random } from '@mdpd/tensor/random';
import { crc32 } from 'node:zlib';
import { mutateBytes, splice, writeHostile, type Mutation } from './bytes.ts';
import { chance, pick } from './pick.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const sides = [
  0,
  1,
  2,
  255,
  4096,
  16_384,
  30_000,
  65_535,
  65_536,
  1_000_000,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

function chunksOf(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (at + 12 + length > bytes.length) break;
    chunks.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      data: bytes.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

export function pngOf(chunks: readonly Chunk[]): Buffer {
  const parts = chunks.map(({ type, data }) => {
    const bytes = Buffer.alloc(12 + data.length);
    bytes.writeUInt32BE(data.length);
    bytes.write(type, 4, 'latin1');
    data.copy(bytes, 8);
    bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
    return bytes;
  });
  return Buffer.concat([PNG, ...parts]);
}

function changeChunk(random: Random, { type, data }: Chunk): Chunk {
  const copy = Buffer.from(data);
  if (type === 'IHDR' && copy.length === 13) {
    if (chance(random, 0.7)) copy.writeUInt32BE(pick(random, sides), pick(random, [0, 4]));
    else copy[8 + random.integer(5)] = pick(random, [0, 1, 2, 3, 4, 6, 8, 16, 255]);
    return { type, data: copy };
  }
  if (chance(random, 0.2))
    return {
      type: pick(random, ['IHDR', 'PLTE', 'tRNS', 'iCCP', 'acTL', 'fcTL', 'zTXt', 'eXIf', 'IEND', 'aaaa']),
      data,
    };
  return { type, data: mutateBytes(random, copy) };
}

const png: Mutation = (random, bytes) => {
  const chunks = chunksOf(bytes);
  if (chunks.length === 0) return bytes;
  const index = random.integer(chunks.length);
  const changed = chunks.with(index, changeChunk(random, chunks[index]!));
  if (chance(random, 0.1))
    changed.splice(index, 0, ...Array<Chunk>(pick(random, [1, 2000])).fill(chunks[index]!));
  return pngOf(changed);
};

/** Marker segments: 0xff, kind, length of two bytes. */
const jpeg: Mutation = (random, bytes) => {
  const starts: number[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    starts.push(at);
    if (bytes[at + 1] === 0xda) break;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  if (starts.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  const at = pick(random, starts);
  const frame = starts.find((start) => [0xc0, 0xc1, 0xc2].includes(bytes[start + 1]!));
  const way = random.integer(5);
  if (way === 0 && frame !== undefined)
    copy.writeUInt16BE(pick(random, [0, 1, 255, 4096, 10_000, 65_535]), frame + pick(random, [5, 7]));
  else if (way === 1 && frame !== undefined) copy[frame + 9 + random.integer(8)] = random.integer(256);
  else if (way === 2) copy.writeUInt16BE(pick(random, [0, 1, 2, 255, 65_535]), at + 2);
  else if (way === 3) return splice(bytes, 2, 2, exif(1 + random.integer(9)));
  else copy[at + 1] = pick(random, [0xc0, 0xc1, 0xc2, 0xc4, 0xd9, 0xda, 0xdb, 0xe1, 0xfe, 0x01]);
  return copy;
};

/** An orientation, as cameras write it. */
function exif(orientation: number): Buffer {
  const body = Buffer.from(
    '457869660000 4d4d002a00000008 0001 0112 0003 00000001 0000 0000 00000000'.replaceAll(' ', ''),
    'hex',
  );
  body.writeUInt16BE(orientation, 24);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** RIFF: kind, length of four bytes, data. */
const webp: Mutation = (random, bytes) => {
  const copy = Buffer.from(bytes);
  if (copy.length < 34) return copy;
  const way = random.integer(3);
  if (way === 0) writeHostile(random, copy, pick(random, [4, 16]), 4);
  else if (way === 1)
    copy.writeUIntLE(
      pick(random, [0, 1, 16_383, 0x3fff3fff & 0xffffff, 0xffffff]),
      pick(random, [21, 24, 26]),
      3,
    );
  else copy[12 + random.integer(4)] = pick(random, [0x56, 0x50, 0x38, 0x4c, 0x58, 0x20, 0]);
  return copy;
};

/** Header of the format that the bytes begin like. */
const own: Mutation = (random, bytes) => {
  if (bytes.subarray(0, 8).equals(PNG)) return png(random, bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpeg(random, bytes);
  if (bytes.toString('latin1', 0, 4) === 'RIFF') return webp(random, bytes);
  return bytes;
};

export const imageMutations: readonly Mutation[] = [own];
