/** Image sets whose examples are image files: what folders and list files share. */
import type { ImageSet } from '@mdpd/core';
import { readImageFile, type DecodeOptions } from './image-decode.ts';

export interface FileImage {
  /** Absolute. */
  readonly path: string;
  /** As messages name it. */
  readonly place: string;
  readonly label: number | undefined;
}

export function fileImageSet(
  files: readonly FileImage[],
  set: Pick<ImageSet, 'origin' | 'labels'>,
  decode: DecodeOptions,
): ImageSet {
  return {
    ...set,
    size: files.length,
    label: (index) => files[index]?.label,
    place: (index) => files[index]!.place,
    read: (index) => readImageFile(files[index]!.path, { ...decode, place: files[index]!.place }),
  };
}
