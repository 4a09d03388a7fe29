/** Conversion between float32 and the 16-bit floats: IEEE half (F16) and bfloat16 (BF16). */

const words = new Uint32Array(1);
const float = new Float32Array(words.buffer);

const MINUS = 0x8000;

function floatFromHalf(half: number): number {
  const sign = half & MINUS ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** Integer division by 2^shift, rounded to nearest, ties to even. */
function shiftRounded(value: number, shift: number): number {
  const quotient = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (quotient & 1) === 1) ? quotient + 1 : quotient;
}

function halfFromBits(bits: number): number {
  const sign = (bits >>> 16) & MINUS;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // From 65520 on, halfway between the largest half and the next power of two.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  const exponent = magnitude >>> 23;
  if (exponent >= 113) return sign | shiftRounded(magnitude - (112 << 23), 13);
  // Below 2^-14 halves are multiples of 2^-24; below 2^-25 they are zero.
  const shift = 126 - exponent;
  return shift > 24 ? sign : sign | shiftRounded((magnitude & 0x7fffff) | 0x800000, shift);
}

function bfloat16FromBits(bits: number): number {
  // Rounding could carry the mantissa of a NaN into the exponent.
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Exact. */
export function float32FromHalf(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(halves, floatFromHalf);
}

/** Exact. */
export function float32FromBfloat16(values: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(values, (value) => value << 16).buffer);
}

/** Rounded to nearest, ties to even; infinite beyond 65504 and a half step; NaN stays NaN. */
export function halfFromFloat32(values: Float32Array): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, (value) => {
    float[0] = value;
    return halfFromBits(words[0]!);
  });
}

/** Rounded to nearest, ties to even; NaN stays NaN. */
export function bfloat16FromFloat32(values: Float32Array): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, (value) => {
    float[0] = value;
    return bfloat16FromBits(words[0]!);
  });
}
