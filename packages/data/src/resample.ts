/**
 * Resizes 8-bit images exactly as Pillow does, so that preprocessing equals Hugging Face's to the bit.
 *
 * Source: Pillow `src/libImaging/Resample.c` and `Geometry.c`: separable antialiasing filters, coefficients of 22
 * fractional bits, 8-bit rounding between the passes; nearest neighbour takes pixel centres. Which pass comes first
 * changes the rounding: Pillow 13 begins with the height where that removes more than twice as many lines (measured),
 * older ones always with the width.
 */
import type { RawImage } from '@mdpd/core';

/** Pillow's codes, as `resample` in preprocessor_config.json has them. */
export const resampleFilters = {
  0: 'nearest',
  1: 'lanczos',
  2: 'bilinear',
  3: 'bicubic',
  4: 'box',
  5: 'hamming',
} as const;

export type ResampleCode = keyof typeof resampleFilters;

const fractionBits = 22;

interface Filter {
  /** Half of the filter's width, in output pixels when shrinking. */
  readonly support: number;
  weight(x: number): number;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  return Math.sin(x * Math.PI) / (x * Math.PI);
}

function bicubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

function hamming(x: number): number {
  const d = Math.abs(x);
  if (d === 0) return 1;
  return d >= 1 ? 0 : sinc(d) * (0.54 + 0.46 * Math.cos(d * Math.PI));
}

const filters: Readonly<Record<Exclude<ResampleCode, 0>, Filter>> = {
  1: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  2: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  3: { support: 2, weight: bicubic },
  4: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  5: { support: 1, weight: hamming },
};

interface Coefficients {
  /** For every output pixel the first input pixel it reads, and how many. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Weights with `fractionBits` fractional bits, `stride` for each output pixel. */
  readonly weights: Int32Array;
  readonly stride: number;
}

function coefficients(inputSize: number, outputSize: number, filter: Filter): Coefficients {
  const scale = inputSize / outputSize;
  const filterScale = Math.max(1, scale);
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  const line = new Float64Array(stride);
  for (let out = 0; out < outputSize; out++) {
    const center = (out + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const taps = Math.min(inputSize, Math.trunc(center + support + 0.5)) - start;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      line[tap] = filter.weight((tap + start - center + 0.5) * (1 / filterScale));
      sum += line[tap]!;
    }
    for (let tap = 0; tap < taps; tap++) {
      const fixed = (sum === 0 ? line[tap]! : line[tap]! / sum) * (1 << fractionBits);
      weights[out * stride + tap] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
    first[out] = start;
    count[out] = taps;
  }
  return { first, count, weights, stride };
}

// A data set has few sizes: computing coefficients anew for every image would cost more than small images themselves.
const remembered = new Map<string, Coefficients>();

function cachedCoefficients(
  inputSize: number,
  outputSize: number,
  code: Exclude<ResampleCode, 0>,
): Coefficients {
  const key = `${inputSize} ${outputSize} ${code}`;
  let result = remembered.get(key);
  if (!result) {
    if (remembered.size >= 64) remembered.clear();
    result = coefficients(inputSize, outputSize, filters[code]);
    remembered.set(key, result);
  }
  return result;
}

const half = 1 << (fractionBits - 1);

function toByte(sum: number): number {
  const value = sum >> fractionBits;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function resizeGreyRow(
  input: Uint8Array,
  from: number,
  output: Uint8Array,
  to: number,
  k: Coefficients,
): void {
  const { first, count, weights, stride } = k;
  for (let out = 0; out < first.length; out++) {
    const at = from + first[out]!;
    const weight = out * stride;
    const taps = count[out]!;
    let sum = half;
    for (let tap = 0; tap < taps; tap++)
      sum = (sum + Math.imul(input[at + tap]!, weights[weight + tap]!)) | 0;
    output[to + out] = toByte(sum);
  }
}

function resizeColourRow(
  input: Uint8Array,
  from: number,
  output: Uint8Array,
  to: number,
  k: Coefficients,
): void {
  const { first, count, weights, stride } = k;
  for (let out = 0; out < first.length; out++) {
    const weight = out * stride;
    const taps = count[out]!;
    let at = from + first[out]! * 3;
    let red = half;
    let green = half;
    let blue = half;
    for (let tap = 0; tap < taps; tap++, at += 3) {
      const w = weights[weight + tap]!;
      red = (red + Math.imul(input[at]!, w)) | 0;
      green = (green + Math.imul(input[at + 1]!, w)) | 0;
      blue = (blue + Math.imul(input[at + 2]!, w)) | 0;
    }
    output[to + out * 3] = toByte(red);
    output[to + out * 3 + 1] = toByte(green);
    output[to + out * 3 + 2] = toByte(blue);
  }
}

function resizeNearest(image: RawImage, width: number, height: number): RawImage {
  const { channels, data } = image;
  const result = new Uint8Array(width * height * channels);
  const columns = Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * image.width) / width));
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * image.height) / height) * image.width;
    for (let x = 0; x < width; x++) {
      const from = (row + columns[x]!) * channels;
      for (let c = 0; c < channels; c++) result[(y * width + x) * channels + c] = data[from + c]!;
    }
  }
  return { width, height, channels, data: result };
}

function resizeWidth(image: RawImage, width: number, code: Exclude<ResampleCode, 0>): RawImage {
  if (image.width === width) return image;
  const { channels, height } = image;
  const data = new Uint8Array(width * height * channels);
  const k = cachedCoefficients(image.width, width, code);
  const resizeRow = channels === 1 ? resizeGreyRow : resizeColourRow;
  for (let row = 0; row < height; row++) {
    resizeRow(image.data, row * image.width * channels, data, row * width * channels, k);
  }
  return { width, height, channels, data };
}

/** Adds whole rows up, so that memory is read in order. */
function resizeHeight(image: RawImage, height: number, code: Exclude<ResampleCode, 0>): RawImage {
  if (image.height === height) return image;
  const { channels, width, data: input } = image;
  const rowLength = width * channels;
  const data = new Uint8Array(height * rowLength);
  const { first, count, weights, stride } = cachedCoefficients(image.height, height, code);
  const sums = new Int32Array(rowLength);
  for (let out = 0; out < height; out++) {
    sums.fill(half);
    for (let tap = 0; tap < count[out]!; tap++) {
      const weight = weights[out * stride + tap]!;
      const from = (first[out]! + tap) * rowLength;
      for (let i = 0; i < rowLength; i++) sums[i] = (sums[i]! + Math.imul(input[from + i]!, weight)) | 0;
    }
    for (let i = 0; i < rowLength; i++) data[out * rowLength + i] = toByte(sums[i]!);
  }
  return { width, height, channels, data };
}

/** `image` at the given size, without keeping the aspect ratio; the image itself where the size is its own. */
export function resizeImage(image: RawImage, width: number, height: number, code: ResampleCode): RawImage {
  if (image.width === width && image.height === height) return image;
  if (code === 0) return resizeNearest(image, width, height);
  const fewerRows = image.height - height;
  if (fewerRows > 0 && fewerRows > 2 * (image.width - width)) {
    return resizeWidth(resizeHeight(image, height, code), width, code);
  }
  return resizeHeight(resizeWidth(image, width, code), height, code);
}
