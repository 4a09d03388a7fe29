/** Values of the types that checkpoint files hold, as host tensors hold them. */
import { endianness } from 'node:os';
import type { HostTensor } from '@mdpd/core';
import { float32FromBfloat16, float32FromHalf } from './half.ts';

/** Bytes of one value. The names are those of safetensors. */
export const dtypeBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

export type StoredDtype = keyof typeof dtypeBytes;

/** Swaps the bytes of every value where the file's order is not this machine's. */
export function toHostOrder(
  bytes: Uint8Array<ArrayBuffer>,
  width: number,
  order: 'LE' | 'BE' = 'LE',
): Uint8Array<ArrayBuffer> {
  if (endianness() === order) return bytes;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
  return bytes;
}

type Values = Pick<HostTensor, 'data' | 'dtype'>;

const float = (data: Float32Array): Values => ({ data, dtype: 'float32' });

/** Integers that fit 32 bits; anything else is refused rather than changed. */
function int(values: Iterable<number | bigint>, outOfRange: (value: number | bigint) => Error): Values {
  const data = Int32Array.from(values, (value) => {
    const number = Number(value);
    if (number === (number | 0)) return number;
    throw outOfRange(value);
  });
  return { data, dtype: 'int32' };
}

/**
 * Floats become float32, integers int32, BOOL bool.
 *
 * @param bytes - the values in this machine's byte order, at the start of their buffer, which becomes the result's
 * @param outOfRange - what to throw for an integer that does not fit 32 bits
 */
export function decodeValues(
  dtype: StoredDtype,
  bytes: Uint8Array<ArrayBuffer>,
  outOfRange: (value: number | bigint) => Error,
): Values {
  const { buffer } = bytes;
  switch (dtype) {
    case 'F64':
      return float(Float32Array.from(new Float64Array(buffer)));
    case 'F32':
      return float(new Float32Array(buffer));
    case 'F16':
      return float(float32FromHalf(new Uint16Array(buffer)));
    case 'BF16':
      return float(float32FromBfloat16(new Uint16Array(buffer)));
    case 'I64':
      return int(new BigInt64Array(buffer), outOfRange);
    case 'U64':
      return int(new BigUint64Array(buffer), outOfRange);
    case 'I32':
      return { data: new Int32Array(buffer), dtype: 'int32' };
    case 'U32':
      return int(new Uint32Array(buffer), outOfRange);
    case 'I16':
      return int(new Int16Array(buffer), outOfRange);
    case 'U16':
      return int(new Uint16Array(buffer), outOfRange);
    case 'I8':
      return int(new Int8Array(buffer), outOfRange);
    case 'U8':
      return int(bytes, outOfRange);
    case 'BOOL':
      return { data: bytes.map((value) => (value === 0 ? 0 : 1)), dtype: 'bool' };
  }
}
