import sharp from 'sharp';
import { expect, it } from 'vitest';
import { pngOf } from './png.ts';

it('makes a PNG file of the same size of a WebP file', async () => {
  const image = sharp({ create: { width: 5, height: 3, channels: 3, background: '#ff0000' } });
  const png = await pngOf(await image.webp({ lossless: true }).toBuffer());
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect((await sharp(png).metadata()).format).toBe('png');
  expect([info.width, info.height, ...data.subarray(0, 3)]).toEqual([5, 3, 255, 0, 0]);
});

it('names what is no image', async () => {
  await expect(pngOf(Buffer.from('text'))).rejects.toThrow('not an image that can be read');
});
