/** Small copies of images for pages. */
import type { RawImage } from '@mdpd/core';
import { loadSharp } from './sharp-library.ts';

/** Longest side in pixels, and most bytes of the file. */
export const thumbnailLimits = { side: 240, bytes: 8192 } as const;

/** Tried in turn, until the file is small enough: noise hardly gets smaller by quality alone. */
const attempts = [
  { share: 1, quality: 80 },
  { share: 1, quality: 55 },
  { share: 1, quality: 30 },
  { share: 0.6, quality: 30 },
  { share: 0.3, quality: 20 },
] as const;

/**
 * The image as a WebP file within `thumbnailLimits`, as a data URL; small images keep their size. Throws SHARP_MISSING.
 */
export async function thumbnailOf({ data, width, height, channels }: RawImage): Promise<string> {
  const sharp = await loadSharp();
  let bytes = Buffer.alloc(0);
  for (const { share, quality } of attempts) {
    const side = Math.round(share * thumbnailLimits.side);
    bytes = await sharp(data, { raw: { width, height, channels } })
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .webp({ quality })
      .toBuffer();
    if (bytes.length <= thumbnailLimits.bytes) break;
  }
  return `data:image/webp;base64,${bytes.toString('base64')}`;
}
