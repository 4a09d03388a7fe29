/**
 * Random changes of training images: an affine map, then tone, then noise and erasure, on bytes.
 * A pure function of (image, settings, random numbers).
 */
import type { RandomSource, RawImage } from '@mdpd/core';
import { z } from 'zod';

const share = z.number().min(0).max(1);
/** A number s for 1 − s … 1 + s, or both ends. */
const factor = (least: number, most: number) =>
  z.union([
    share,
    z
      .tuple([z.number().min(least).max(most), z.number().min(least).max(most)])
      .refine(([low, high]) => low <= high, { message: 'the first number is above the second' }),
  ]);

/** The recipe's `data.augment`. Everything is off by default. */
export const augmentSchema = z.strictObject({
  shift: z
    .number()
    .min(0)
    .max(1024)
    .default(0)
    .describe('largest shift along each axis, in pixels of the model input'),
  rotate: z.number().min(0).max(180).default(0).describe('largest rotation either way, in degrees'),
  scale: factor(0.1, 10)
    .default(0)
    .describe('enlargement, drawn evenly: s for 1-s to 1+s, or [smallest, largest]'),
  shear: z.number().min(0).max(60).default(0).describe('largest shear either way, in degrees'),
  flip: share.default(0).describe('probability of a left-right flip'),
  background: z
    .union([z.enum(['edge']), z.int().min(0).max(255)])
    .default('edge')
    .describe('what moves in from outside: `edge` repeats the border pixels, a number is a grey value'),
  contrast: factor(0, 4)
    .default(0)
    .describe('contrast around mid-grey: s for factors 1-s to 1+s, or [smallest, largest]'),
  brightness: share
    .default(0)
    .describe('largest brightening or darkening, as a share of the range from black to white'),
  invert: share.default(0).describe('probability of a negative'),
  noise: share
    .default(0)
    .describe('standard deviation of noise on every value, as a share of black to white'),
  erase: share
    .default(0)
    .describe('largest side of one erased square, as a share of the image side; random grey'),
});

/** The recipe's `data.augment`, checked. */
export type AugmentSettings = z.infer<typeof augmentSchema>;

const midGrey = 127.5;

/** Whether the settings change anything. */
export function augments(settings: AugmentSettings): boolean {
  return movesPixels(settings) || changesTone(settings) || settings.noise > 0 || settings.erase > 0;
}

function movesPixels({ shift, rotate, scale, shear, flip }: AugmentSettings): boolean {
  return shift > 0 || rotate > 0 || shear > 0 || flip > 0 || !isOne(scale);
}

function changesTone({ contrast, brightness, invert }: AugmentSettings): boolean {
  return brightness > 0 || invert > 0 || !isOne(contrast);
}

/** Both ends of a factor. */
function ends(value: number | readonly [number, number]): readonly [number, number] {
  return typeof value === 'number' ? [1 - value, 1 + value] : value;
}

function isOne(value: number | readonly [number, number]): boolean {
  return ends(value).every((end) => end === 1);
}

function between(random: RandomSource, low: number, high: number): number {
  return low + (high - low) * random.next();
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Where an output pixel is read from: (x, y) relative to the centre ↦ (a·x + b·y + e, c·x + d·y + f). */
interface InverseMap {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** The inverse of shift ∘ rotation ∘ shear ∘ enlargement ∘ flip. Draws the same numbers whatever is switched on. */
function drawInverseMap(settings: AugmentSettings, random: RandomSource): InverseMap {
  const dx = between(random, -settings.shift, settings.shift);
  const dy = between(random, -settings.shift, settings.shift);
  const angle = radians(between(random, -settings.rotate, settings.rotate));
  const slope = Math.tan(radians(between(random, -settings.shear, settings.shear)));
  const shrink = 1 / Math.max(0.05, between(random, ...ends(settings.scale)));
  const mirror = random.next() < settings.flip ? -1 : 1;
  const cos = Math.cos(angle) * shrink;
  const sin = Math.sin(angle) * shrink;
  // Rotation back, then shear back, then the flip.
  const a = mirror * (cos + slope * sin);
  const b = mirror * (sin - slope * cos);
  return { a, b, c: -sin, d: cos, e: -(a * dx + b * dy), f: sin * dx - cos * dy };
}

/** Bilinear sample at (x, y) with at least one neighbour outside. */
function sampleBorder(
  image: RawImage,
  x: number,
  y: number,
  channel: number,
  background: number | 'edge',
): number {
  const { width, height, channels, data } = image;
  const at = (column: number, row: number): number => {
    const inside = column >= 0 && column < width && row >= 0 && row < height;
    if (!inside && background !== 'edge') return background;
    const nearX = Math.min(width - 1, Math.max(0, column));
    const nearY = Math.min(height - 1, Math.max(0, row));
    return data[(nearY * width + nearX) * channels + channel]!;
  };
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const fx = x - x0;
  const top = at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx;
  const bottom = at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx;
  return top + (bottom - top) * (y - y0);
}

function warp(image: RawImage, map: InverseMap, background: number | 'edge'): RawImage {
  const { width, height, channels, data } = image;
  const result = new Uint8Array(data.length);
  const centerX = (width - 1) / 2;
  const centerY = (height - 1) / 2;
  const row = width * channels;
  for (let oy = 0, out = 0; oy < height; oy++) {
    for (let ox = 0; ox < width; ox++) {
      const x = map.a * (ox - centerX) + map.b * (oy - centerY) + map.e + centerX;
      const y = map.c * (ox - centerX) + map.d * (oy - centerY) + map.f + centerY;
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      const inside = x0 >= 0 && y0 >= 0 && x0 < width - 1 && y0 < height - 1;
      const fx = x - x0;
      const fy = y - y0;
      const at = y0 * row + x0 * channels;
      for (let channel = 0; channel < channels; channel++, out++) {
        if (!inside) {
          result[out] = sampleBorder(image, x, y, channel, background) + 0.5;
          continue;
        }
        const i = at + channel;
        const top = data[i]! * (1 - fx) + data[i + channels]! * fx;
        const bottom = data[i + row]! * (1 - fx) + data[i + row + channels]! * fx;
        result[out] = top + (bottom - top) * fy + 0.5;
      }
    }
  }
  return { ...image, data: result };
}

const toByte = (value: number): number => (value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value));

/** Contrast, brightness and inversion as one table of 256 bytes. */
function drawToneTable(settings: AugmentSettings, random: RandomSource): Uint8Array {
  const contrast = between(random, ...ends(settings.contrast));
  const brightness = between(random, -settings.brightness, settings.brightness) * 255;
  const inverted = random.next() < settings.invert;
  const table = new Uint8Array(256);
  for (let value = 0; value < 256; value++) {
    const base = inverted ? 255 - value : value;
    table[value] = toByte((base - midGrey) * contrast + midGrey + brightness);
  }
  return table;
}

function eraseSquare(image: RawImage, largest: number, random: RandomSource): void {
  const { width, height, channels, data } = image;
  const side = Math.round(random.next() * largest * Math.min(width, height));
  const left = random.integer(width - side + 1);
  const top = random.integer(height - side + 1);
  const grey = random.integer(256);
  for (let y = top; y < top + side; y++) {
    data.fill(grey, (y * width + left) * channels, (y * width + left + side) * channels);
  }
}

/** An augmented copy of `image`; `image` itself is not changed. Grey images stay grey. */
export function augmentImage(image: RawImage, settings: AugmentSettings, random: RandomSource): RawImage {
  const moved = movesPixels(settings)
    ? warp(image, drawInverseMap(settings, random), settings.background)
    : image;
  const result: RawImage = moved === image ? { ...image, data: image.data.slice() } : moved;
  const { data } = result;
  if (changesTone(settings)) {
    const table = drawToneTable(settings, random);
    for (let i = 0; i < data.length; i++) data[i] = table[data[i]!]!;
  }
  if (settings.erase > 0) eraseSquare(result, settings.erase, random);
  if (settings.noise > 0) {
    const spread = settings.noise * 255;
    for (let i = 0; i < data.length; i++) data[i] = toByte(data[i]! + spread * random.normal());
  }
  return result;
}
