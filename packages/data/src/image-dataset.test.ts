import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MdpdError, type ImageSet } from '@mdpd/core';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { augmentSchema } from './augment.ts';
import { ImageDataset, type ImageDatasetOptions } from './image-dataset.ts';
import { openImageFolder } from './image-folder.ts';
import { readPreprocessing } from './preprocessor-config.ts';

const base = mkdtempSync(join(tmpdir(), 'mdpd-dataset-'));
afterAll(() => rmSync(base, { recursive: true }));

const preprocessing = readPreprocessing({
  preset: 'checkpoint',
  config: { size: 4, image_mean: [0, 0.5, 0], image_std: [1, 0.5, 2] },
  inputShape: [3, 4, 4],
  warn: () => undefined,
});

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
});

function options(given: Partial<ImageDatasetOptions> = {}): ImageDatasetOptions {
  return {
    preprocessing,
    onCorrupt: 'error',
    budget: { remaining: 1 << 20 },
    warn: (message) => warnings.push(message),
    ...given,
  };
}

/** Odd images are grey and of another size; image i is filled with i. Counts how often each is read. */
function toySet(size: number, bad: readonly number[] = []): ImageSet & { reads: number[] } {
  const reads = new Array<number>(size).fill(0);
  return {
    reads,
    size,
    origin: 'toy:train',
    labels: ['a', 'b', 'c'],
    label: (index) => index % 3,
    place: (index) => `toy:train[${index}]`,
    read(index) {
      reads[index]!++;
      if (bad.includes(index)) {
        return Promise.reject(new MdpdError('IMAGE_UNREADABLE', 'broken', { place: `toy:train[${index}]` }));
      }
      const side = index % 2 === 0 ? 4 : 6;
      const channels = index % 2 === 0 ? 3 : 1;
      return Promise.resolve({
        width: side,
        height: side,
        channels,
        data: new Uint8Array(side * side * channels).fill(index),
      });
    },
  };
}

const plain = { augment: false, seed: 0, epoch: 0 };

describe('ImageDataset', () => {
  it('gives normalised batches [B, C, H, W] with labels', async () => {
    const data = await ImageDataset.open(toySet(8), options({ relabel: (label) => label + 10 }));
    expect(data).toMatchObject({ size: 8, origin: 'toy:train' });
    expect([...data.labels!]).toEqual([10, 11, 12, 10, 11, 12, 10, 11]);
    const batch = await data.load([5, 2, 5], plain);
    expect(batch.size).toBe(3);
    expect(batch.target).toEqual({ label: { data: Int32Array.of(12, 12, 12), shape: [3], dtype: 'int32' } });
    const { data: pixels, shape, dtype } = batch.input.pixel_values!;
    expect([shape, dtype]).toEqual([[3, 3, 4, 4], 'float32']);
    for (const [row, value] of [5, 2, 5].entries()) {
      for (const [channel, expected] of [value / 255, (value / 255 - 0.5) / 0.5, value / 255 / 2].entries()) {
        const start = (row * 3 + channel) * 16;
        for (const pixel of pixels.subarray(start, start + 16)) expect(pixel).toBeCloseTo(expected, 6);
      }
    }
  });

  it('has no targets without labels', async () => {
    const data = await ImageDataset.open(toySet(2), options());
    expect(data.labels).toBeUndefined();
    expect((await data.load([0], plain)).target).toEqual({});
  });

  it('reads every image once, reports progress, and decodes again only what the budget leaves out', async () => {
    const set = toySet(6);
    const progress: string[] = [];
    // Colour images take 48 bytes, grey ones 16: room for 0, 1, 2 and 3.
    const budget = { remaining: 130 };
    const data = await ImageDataset.open(
      set,
      options({ budget, progress: (done, total) => progress.push(`${done}/${total}`) }),
    );
    expect(set.reads).toEqual([1, 1, 1, 1, 1, 1]);
    expect(progress).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
    expect(budget.remaining).toBe(2);
    const all = [0, 1, 2, 3, 4, 5];
    const batch = await data.load(all, plain);
    expect(set.reads).toEqual([1, 1, 1, 1, 2, 2]);
    const kept = await ImageDataset.open(toySet(6), options());
    expect(batch).toEqual(await kept.load(all, plain));
  });

  it('augments as seed, epoch, view and example say, whatever is cached or asked together', async () => {
    const augment = augmentSchema.parse({ brightness: 0.5, noise: 0.1 });
    const loading = { augment: true, seed: 1, epoch: 2 };
    const data = await ImageDataset.open(toySet(6), options({ augment }));
    const pixels = async (index: number, given: object = {}, set = data): Promise<number[]> => [
      ...(await set.load([index], { ...loading, ...given })).input.pixel_values!.data,
    ];
    const first = await pixels(3);
    expect(await pixels(3)).toEqual(first);
    expect(await pixels(3, { view: 0 })).toEqual(first);
    for (const other of [{ view: 1 }, { epoch: 3 }, { seed: 2 }, { augment: false }]) {
      expect(await pixels(3, other)).not.toEqual(first);
    }
    const together = await data.load([1, 3], loading);
    expect([...together.input.pixel_values!.data.slice(48)]).toEqual(first);
    const uncached = await ImageDataset.open(toySet(6), options({ augment, budget: { remaining: 0 } }));
    expect(await pixels(3, {}, uncached)).toEqual(first);
    expect(await pixels(3, { augment: false })).toEqual(
      await pixels(3, { augment: true }, await ImageDataset.open(toySet(6), options())),
    );
  });

  it('fails at the first corrupt image, before anything is loaded', async () => {
    await expect(ImageDataset.open(toySet(9, [4, 7]), options())).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      place: 'toy:train[4]',
    });
  });

  it('skips corrupt images when told to, and says which', async () => {
    const data = await ImageDataset.open(
      toySet(9, [4, 7]),
      options({ onCorrupt: 'skip', relabel: (label) => label }),
    );
    expect(data.size).toBe(7);
    expect([...data.labels!]).toEqual([0, 1, 2, 0, 2, 0, 2]);
    expect(warnings).toEqual([
      'toy:train: skipped 2 of 9 images that cannot be read: toy:train[4], toy:train[7]',
    ]);
    const { data: pixels } = (await data.load([6], plain)).input.pixel_values!;
    expect(pixels[0]).toBeCloseTo(8 / 255, 6);
    const many = Array.from({ length: 14 }, (_, index) => index);
    await ImageDataset.open(toySet(20, many), options({ onCorrupt: 'skip' }));
    expect(warnings[1]).toMatch(/skipped 14 of 20 .*toy:train\[9\] and 4 more$/);
    await expect(ImageDataset.open(toySet(2, [0, 1]), options({ onCorrupt: 'skip' }))).rejects.toMatchObject({
      code: 'DATA_EMPTY',
      message: 'none of the 2 images of toy:train can be read: toy:train[0], toy:train[1]',
    });
  });

  it('does not hide other errors, even when it skips', async () => {
    const set = { ...toySet(3), read: () => Promise.reject(new Error('a bug')) };
    await expect(ImageDataset.open(set, options({ onCorrupt: 'skip' }))).rejects.toThrow('a bug');
  });

  it('refuses examples that do not exist', async () => {
    const data = await ImageDataset.open(toySet(2), options());
    await expect(data.load([2], plain)).rejects.toThrow(RangeError);
  });

  it('reads a folder of files with a corrupt one among them', async () => {
    mkdirSync(join(base, 'cat'));
    const picture = sharp({ create: { width: 9, height: 5, channels: 3, background: '#ff0000' } });
    for (const name of ['a.png', 'b.jpg', 'c.webp']) await picture.clone().toFile(join(base, 'cat', name));
    writeFileSync(join(base, 'cat', 'broken.jpg'), 'no image');
    const set = await openImageFolder(base, { origin: './photos' });
    await expect(ImageDataset.open(set, options())).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
      place: join(base, 'cat', 'broken.jpg'),
    });
    const data = await ImageDataset.open(set, options({ onCorrupt: 'skip' }));
    expect(data.size).toBe(3);
    const { data: pixels } = (await data.load([0, 1, 2], plain)).input.pixel_values!;
    for (let row = 0; row < 3; row++) expect(Math.abs(pixels[row * 48]! - 1)).toBeLessThan(0.02);
  });
});
