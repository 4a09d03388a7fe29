import type { RawImage } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { thumbnailLimits, thumbnailOf } from './thumbnail.ts';

function image(width: number, height: number, channels: 1 | 3, pixel: (at: number) => number): RawImage {
  return {
    width,
    height,
    channels,
    data: Uint8Array.from({ length: width * height * channels }, (_, at) => pixel(at)),
  };
}

async function decoded(
  source: string,
): Promise<{ width: number; height: number; bytes: number; format: string }> {
  const [start, base64] = source.split(',');
  expect(start).toBe('data:image/webp;base64');
  const bytes = Buffer.from(base64!, 'base64');
  const { width, height, format } = await sharp(bytes).metadata();
  return { width, height, bytes: bytes.length, format };
}

describe('thumbnailOf', () => {
  it.each([
    ['a large one is made smaller', image(960, 480, 3, (at) => at % 256), [240, 120]],
    ['a tall one', image(10, 480, 3, (at) => at % 256), [5, 240]],
    ['a small grey one keeps its size', image(28, 28, 1, (at) => at % 256), [28, 28]],
    ['one pixel', image(1, 1, 1, () => 7), [1, 1]],
  ] as const)('%s', async (_what, raw, [width, height]) => {
    const found = await decoded(await thumbnailOf(raw));
    expect(found).toMatchObject({ width, height, format: 'webp' });
    expect(found.bytes).toBeLessThanOrEqual(thumbnailLimits.bytes);
  });

  it('of noise, which compresses badly, stays within the limit', async () => {
    const random = createRandom(1);
    const found = await decoded(await thumbnailOf(image(400, 400, 3, () => random.integer(256))));
    expect(found.bytes).toBeLessThanOrEqual(thumbnailLimits.bytes);
    expect(found.width).toBeLessThanOrEqual(thumbnailLimits.side);
  });

  it('is the same bytes for the same image', async () => {
    const raw = image(300, 200, 3, (at) => (at * 7) % 256);
    expect(await thumbnailOf(raw)).toBe(await thumbnailOf(raw));
  });
});
