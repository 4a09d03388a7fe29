/** Mutations of protocol buffers (SentencePiece): fields of the outer message, with their lengths right or wrong. */
import { mutateBytes, type Mutation } from './bytes.ts';
import { hostileText } from './hostile.ts';
import { chance, pick } from './pick.ts';
import { replaceVarint, varint } from './varint.ts';

/** Fields of the outer message that hold bytes: where each begins, where its bytes do, and where it ends. */
function fields(bytes: Buffer): { key: number; start: number; end: number; begin: number }[] {
  const found: { key: number; start: number; end: number; begin: number }[] = [];
  let at = 0;
  while (at < bytes.length) {
    const begin = at;
    const key = bytes[at++]!;
    if ((key & 7) !== 2) break;
    let length = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++]!;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    if (at + length > bytes.length) break;
    found.push({ key, begin, start: at, end: at + length });
    at += length;
  }
  return found;
}

const inner: Mutation = (random, bytes) => {
  const all = fields(bytes);
  if (all.length === 0) return bytes;
  // The last fields are the settings and the normalizer's table.
  const field = chance(random, 0.5) ? pick(random, all.slice(-3)) : pick(random, all);
  const body = chance(random, 0.5)
    ? replaceVarint(random, bytes, field.start, field.end).subarray(
        field.start,
        -(bytes.length - field.end) || undefined,
      )
    : mutateBytes(random, bytes.subarray(field.start, field.end));
  const length = chance(random, 0.9)
    ? varint(BigInt(body.length))
    : varint(BigInt(pick(random, [0, 1, 2 ** 31, 2 ** 53])));
  return Buffer.concat([
    bytes.subarray(0, field.begin),
    Buffer.from([field.key]),
    length,
    body,
    bytes.subarray(field.end),
  ]);
};

const piece: Mutation = (random) => {
  const text = Buffer.from(hostileText(random));
  const body = Buffer.concat([
    Buffer.from([0x0a]),
    varint(BigInt(text.length)),
    text,
    Buffer.from([0x15]),
    Buffer.from(Float32Array.of(pick(random, [0, -1, NaN, Infinity, -1e38])).buffer),
    Buffer.from([0x18, random.integer(8)]),
  ]);
  return Buffer.concat([Buffer.from([0x0a]), varint(BigInt(body.length)), body]);
};

const morePieces: Mutation = (random, bytes) =>
  Buffer.concat([bytes, ...Array<Buffer>(pick(random, [1, 3, 500])).fill(piece(random, bytes))]);
const number: Mutation = (random, bytes) => replaceVarint(random, bytes, 0, bytes.length);

export const protobufMutations: readonly Mutation[] = [inner, inner, inner, morePieces, number];
