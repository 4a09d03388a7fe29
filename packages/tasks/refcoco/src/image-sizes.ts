/** Sizes of images before they were resized, beside a batch: boxes are read in their pixels. */
import type { HostRecord } from '@mdpd/core';
import type { ImageSize } from './box-geometry.ts';

/** Of `Batch.about`: width and height in pixels, [B, 2]. */
export const SIZES = 'image_size';

/** `Batch.about` of images of these sizes. */
export function imageSizes(sizes: readonly ImageSize[]): HostRecord {
  const data = Int32Array.from(sizes.flatMap(({ width, height }) => [width, height]));
  return { [SIZES]: { data, shape: [sizes.length, 2], dtype: 'int32' } };
}
