import type { RandomSource, RawImage } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augmentImage, augments, augmentSchema, type AugmentSettings } from './augment.ts';

const off = augmentSchema.parse({});
const settings = (given: Partial<AugmentSettings>): AugmentSettings => augmentSchema.parse(given);

/** Gives the same number again and again. */
function constant(value: number): RandomSource {
  const source: RandomSource = {
    next: () => value,
    normal: () => value,
    integer: (bound) => Math.floor(value * bound),
    fork: () => source,
  };
  return source;
}

function ramp(width: number, height: number, channels: 1 | 3 = 1): RawImage {
  const data = Uint8Array.from({ length: width * height * channels }, (_, index) => (index * 7) % 256);
  return { width, height, channels, data };
}

/** Warps by rotating output coordinates in double precision, written independently of the implementation. */
function referenceRotation(image: RawImage, degrees: number): number[] {
  const t = (-degrees * Math.PI) / 180;
  const c = (image.width - 1) / 2;
  const pixel = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= image.width || y >= image.height ? 0 : image.data[y * image.width + x]!;
  const result: number[] = [];
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      const sx = c + Math.cos(t) * (x - c) - Math.sin(t) * (y - c);
      const sy = c + Math.sin(t) * (x - c) + Math.cos(t) * (y - c);
      let sum = 0;
      for (const [i, j] of [
        [0, 0],
        [1, 0],
        [0, 1],
        [1, 1],
      ] as const) {
        const [px, py] = [Math.floor(sx) + i, Math.floor(sy) + j];
        sum += pixel(px, py) * Math.max(0, 1 - Math.abs(sx - px)) * Math.max(0, 1 - Math.abs(sy - py));
      }
      result.push(sum);
    }
  }
  return result;
}

describe('augmentSchema', () => {
  it('is off by default, strict, and describes every key', () => {
    expect(augments(off)).toBe(false);
    expect(() => augmentSchema.parse({ rotation: 3 })).toThrow();
    for (const [key, schema] of Object.entries(augmentSchema.shape)) {
      expect(schema.description, key).toMatch(/\w/);
    }
  });

  it.each([
    { shift: -1 },
    { rotate: 181 },
    { scale: [2, 1] },
    { scale: 1.5 },
    { scale: [0, 1] },
    { flip: 2 },
    { background: 300 },
  ])('refuses %j', (given) => {
    expect(augmentSchema.safeParse(given).success).toBe(false);
  });
});

describe('augmentImage', () => {
  it('changes nothing when everything is off, and never its input', () => {
    const image = ramp(5, 4, 3);
    const before = image.data.slice();
    const result = augmentImage(image, off, constant(0.3));
    expect(result).toEqual(image);
    expect(result.data).not.toBe(image.data);
    augmentImage(image, settings({ rotate: 90, invert: 1, noise: 1, erase: 1 }), createRandom(1));
    expect(image.data).toEqual(before);
  });

  it('flips exactly', () => {
    const image = ramp(5, 3, 3);
    const flipped = augmentImage(image, settings({ flip: 1 }), createRandom(0));
    for (let y = 0; y < 3; y++) {
      for (let x = 0; x < 5; x++) {
        for (let c = 0; c < 3; c++) {
          expect(flipped.data[(y * 5 + x) * 3 + c]).toBe(image.data[(y * 5 + 4 - x) * 3 + c]);
        }
      }
    }
  });

  it('shifts by whole pixels exactly, with either background', () => {
    const image: RawImage = { width: 3, height: 2, channels: 1, data: Uint8Array.of(10, 20, 30, 40, 50, 60) };
    // The largest random number shifts by almost +1 in x and y.
    const random = constant(1);
    expect([...augmentImage(image, settings({ shift: 1, background: 7 }), random).data]).toEqual([
      7, 7, 7, 7, 10, 20,
    ]);
    expect([...augmentImage(image, settings({ shift: 1 }), random).data]).toEqual([10, 10, 20, 10, 10, 20]);
  });

  it('turns by 90° exactly', () => {
    const image = ramp(4, 4);
    const turned = augmentImage(image, settings({ rotate: 90, background: 0 }), constant(1));
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 4; x++) expect(turned.data[x * 4 + 3 - y]).toBe(image.data[y * 4 + x]);
    }
  });

  it.each([3, 17, 45])('turns by %i° like an independent bilinear sampler', (degrees) => {
    const image = ramp(9, 9);
    const turned = augmentImage(image, settings({ rotate: degrees, background: 0 }), constant(1));
    const expected = referenceRotation(image, degrees);
    for (const [i, value] of expected.entries())
      expect(Math.abs(turned.data[i]! - value)).toBeLessThanOrEqual(0.5001);
  });

  it('enlarges around the centre', () => {
    const image = ramp(9, 9);
    const data = new Uint8Array(81);
    data[4 * 9 + 6] = 200;
    const result = augmentImage({ ...image, data }, settings({ scale: [2, 2] }), constant(0.5));
    // Two pixels right of the centre become four.
    expect(result.data[4 * 9 + 8]).toBe(200);
    expect(result.data[4 * 9 + 6]).toBe(0);
    expect(result.data[4 * 9 + 7]).toBe(100);
  });

  it('shears rows against each other', () => {
    const data = new Uint8Array(25);
    for (let y = 0; y < 5; y++) data[y * 5 + 2] = 100;
    const image: RawImage = { width: 5, height: 5, channels: 1, data };
    const result = augmentImage(image, settings({ shear: 45, background: 0 }), constant(1));
    // With 45° every row moves by its distance from the middle row.
    for (let y = 0; y < 5; y++) expect(result.data.subarray(y * 5, y * 5 + 5).indexOf(100)).toBe(y);
  });

  it('changes tone', () => {
    const image: RawImage = { width: 3, height: 1, channels: 1, data: Uint8Array.of(0, 100, 255) };
    const run = (given: Partial<AugmentSettings>, value = 1): number[] => [
      ...augmentImage(image, settings(given), constant(value)).data,
    ];
    expect(run({ invert: 1 }, 0.5)).toEqual([255, 155, 0]);
    expect(run({ brightness: 0.1 })).toEqual([26, 126, 255]);
    expect(run({ contrast: [0.5, 0.5] })).toEqual([64, 114, 191]);
    expect(run({ contrast: 0.5 }, 0)).toEqual([64, 114, 191]);
    expect(run({ contrast: [2, 2] })).toEqual([0, 73, 255]);
  });

  it('adds noise of the given spread', () => {
    const image: RawImage = { width: 100, height: 100, channels: 1, data: new Uint8Array(10_000).fill(128) };
    const { data } = augmentImage(image, settings({ noise: 0.04 }), createRandom(5));
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    expect(Math.abs(mean - 128)).toBeLessThan(0.5);
    expect(Math.abs(Math.sqrt(variance) - 0.04 * 255)).toBeLessThan(0.4);
  });

  it('erases a square of one grey', () => {
    const image: RawImage = { width: 20, height: 20, channels: 3, data: new Uint8Array(1200).fill(9) };
    let largest = 0;
    for (let seed = 0; seed < 50; seed++) {
      const { data } = augmentImage(image, settings({ erase: 0.5 }), createRandom(seed));
      const changed = data.filter((value) => value !== 9);
      expect(new Set(changed).size).toBeLessThanOrEqual(1);
      expect(Math.sqrt(changed.length / 3) % 1).toBe(0);
      largest = Math.max(largest, Math.sqrt(changed.length / 3));
    }
    expect(largest).toBe(10);
  });

  it('treats grey and three equal channels alike, and depends on the random numbers alone', () => {
    const all = settings({
      shift: 3,
      rotate: 20,
      scale: 0.2,
      shear: 10,
      flip: 0.5,
      contrast: 0.3,
      brightness: 0.2,
      invert: 0.3,
    });
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        (seed, width, height) => {
          const grey = ramp(width, height);
          const data = Uint8Array.from(
            { length: grey.data.length * 3 },
            (_, i) => grey.data[Math.floor(i / 3)]!,
          );
          const one = augmentImage(grey, all, createRandom(seed));
          const three = augmentImage({ ...grey, channels: 3, data }, all, createRandom(seed));
          expect(one.data).toEqual(three.data.filter((_, i) => i % 3 === 0));
          expect(augmentImage(grey, all, createRandom(seed))).toEqual(one);
        },
      ),
      { numRuns: 60 },
    );
  });
});
