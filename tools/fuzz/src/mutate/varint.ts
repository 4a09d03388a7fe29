/** Mutations of numbers of seven bits a byte, as Thrift (Parquet) and protocol buffers (SentencePiece) have them. */
import type { Random } from '@mdpd/tensor/random';
import { splice } from './bytes.ts';
import { hostileSizes } from './hostile.ts';
import { pick } from './pick.ts';

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** Replaces the number that begins in [begin, end) at a random place. */
export function replaceVarint(random: Random, bytes: Buffer, begin: number, end: number): Buffer {
  if (end <= begin) return bytes;
  const start = begin + random.integer(end - begin);
  let stop = start;
  while (stop < end - 1 && bytes[stop]! >= 0x80) stop++;
  const value = pick(random, hostileSizes);
  // Thrift's numbers are in zigzag: twice the value is positive, one less negative.
  const written = pick(random, [value, value * 2n, value * 2n + 1n]);
  return splice(bytes, start, stop + 1, varint(BigInt.asUintN(70, written)));
}
