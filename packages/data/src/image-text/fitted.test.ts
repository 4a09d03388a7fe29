/** Images that keep their shape, as ViltImageProcessor of transformers 5.23 places them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fittedSize } from '../preprocess.ts';
import { fitOf, readPreprocessing, savedPreprocessing, type Preprocessing } from '../preprocessor-config.ts';
import { openImages } from './images.ts';

const large = { width: 4096, height: 4096 };

describe('fittedSize', () => {
  // Widths and heights that ViltImageProcessor gave.
  it.each([
    [384, 32, [640, 480], [512, 384]],
    [384, 32, [480, 640], [384, 512]],
    [384, 32, [500, 333], [576, 384]],
    [384, 32, [1000, 200], [608, 128]],
    [384, 32, [112, 104], [384, 384]],
    [384, 32, [2000, 1100], [608, 320]],
    [64, 8, [640, 480], [80, 64]],
    [64, 8, [500, 333], [96, 64]],
    [64, 8, [1000, 200], [104, 16]],
    [64, 8, [2000, 1100], [104, 56]],
  ] as const)(
    'of shorter side %d in steps of %d: %j is %j',
    (shortestEdge, divisor, [width, height], size) => {
      expect(fittedSize({ width, height }, { shortestEdge, divisor }, large)).toEqual(size);
    },
  );

  it('is smaller where the canvas is', () => {
    const fit = { shortestEdge: 384, divisor: 32 };
    expect(fittedSize({ width: 640, height: 480 }, fit, { width: 384, height: 384 })).toEqual([384, 288]);
  });
});

const config = {
  image_processor_type: 'ViltImageProcessor',
  size: { shortest_edge: 8 },
  size_divisor: 4,
  do_pad: true,
  resample: 3,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};
const read = (masked: boolean): Preprocessing =>
  readPreprocessing({ preset: 'checkpoint', config, inputShape: [3, 12, 16], masked, warn: () => undefined });

describe('preprocessing of a backbone with pixel_mask', () => {
  it('keeps the shape of images, and says so beside the saved model', () => {
    expect(fitOf(read(true))).toEqual({ shortestEdge: 8, divisor: 4 });
    expect(fitOf(read(false))).toBeUndefined();
    const saved = savedPreprocessing(read(true));
    expect(saved).toMatchObject({ ...config, do_resize: true });
    expect(saved).not.toHaveProperty('crop_size');
  });
});

describe('images on a canvas', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mdpd-fitted-'));
  const paths = ['wide.png', 'grey.png', 'tall.png'].map((name) => join(folder, name));
  beforeAll(async () => {
    const create = { width: 24, height: 16, channels: 3, background: '#ff0000' } as const;
    await sharp({ create }).toFile(paths[0]!);
    await sharp({ create }).toColourspace('b-w').toFile(paths[1]!);
    await sharp({ create: { ...create, width: 16, height: 24 } }).toFile(paths[2]!);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([Infinity, 0])(
    'lie in its corner, with zeros and a mask beside, cached or not (%d bytes)',
    async (remaining) => {
      const reader = { preprocessing: read(true), decode: {} };
      const images = await openImages(reader, paths, {
        origin: 'x',
        budget: { remaining },
        warn: () => undefined,
      });
      const { input } = await images.load([0, 1, 2], { augment: false, seed: 0, epoch: 0 });
      const [pixels, mask] = [input['pixel_values']!, input['pixel_mask']!];
      expect(pixels.shape).toEqual([3, 3, 12, 16]);
      expect(mask.shape).toEqual([3, 12, 16]);
      const sizes = [
        [12, 8],
        [12, 8],
        [8, 12],
      ] as const;
      for (const [row, [width, height]] of sizes.entries()) {
        for (let at = 0; at < 12 * 16; at++) {
          const inside = at % 16 < width && Math.floor(at / 16) < height;
          expect(mask.data[row * 192 + at]).toBe(Number(inside));
          const red = pixels.data[row * 3 * 192 + at]!;
          if (!inside) expect(red).toBe(0);
          else if (row !== 1) expect(red).toBe(1);
          else expect(red).toBe(pixels.data[row * 3 * 192]);
        }
      }
    },
  );
});
