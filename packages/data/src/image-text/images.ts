/** Image files that texts are about. */
import type { ImageSet } from '@mdpd/core';
import type { MemoryBudget } from '../byte-store.ts';
import { ImageDataset } from '../image-dataset.ts';
import { readImageFile } from '../image-decode.ts';
import type { ImageTextReader } from './reader.ts';

/** How images that texts are about are read. */
export interface ImagesOptions {
  readonly origin: string;
  /** How many more bytes of decoded images may be kept. */
  readonly budget: MemoryBudget;
  /** What a user can do about an unreadable one. */
  readonly fix?: string;
  /** Told what is worth knowing about the data. */
  warn(message: string): void;
  /** Called while images are decoded ahead. */
  progress?(done: number, total: number): void;
}

/** Files as a data set, in their order; no labels. Throws IMAGE_UNREADABLE naming the first bad one. */
export function openImages(
  reader: Pick<ImageTextReader, 'preprocessing' | 'decode'>,
  paths: readonly string[],
  { origin, fix = 'repair or replace the file', ...options }: ImagesOptions,
): Promise<ImageDataset> {
  const files: ImageSet = {
    size: paths.length,
    origin,
    label: () => undefined,
    place: (index) => paths[index]!,
    read: (index) => readImageFile(paths[index]!, { ...reader.decode, fix }),
  };
  return ImageDataset.open(files, {
    preprocessing: reader.preprocessing,
    onCorrupt: 'error',
    ...options,
  });
}
