/** Writes small PNG images without a library, for tests. */
import { pngFile } from '@mdpd/report/testing/png';

/** Bytes of a grey PNG; `pixels` is row-major, one byte each. */
export function greyPng(width: number, height: number, pixels: Uint8Array): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return pngFile(width, height, 0, rows);
}
