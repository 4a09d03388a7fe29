/** The images of a split, each once, whose size is checked when they are decoded. */
import { MdpdError, type ImageSet, type RawImage } from '@mdpd/core';
import type { MemoryBudget } from '@mdpd/data/byte-store';
import { ImageDataset } from '@mdpd/data/image-dataset';
import { readImageFile } from '@mdpd/data/image-decode';
import { Distinct } from '@mdpd/data/text/distinct';
import type { ImageTextReader } from '@mdpd/data/image-text/reader';
import type { ImageSize } from './box-geometry.ts';
import type { Expression, ExpressionList } from './expressions.ts';

/** Sides of a copy that was made smaller are rounded. */
const roundingShare = 0.02;

/**
 * Boxes are in pixels of the size that the annotations give. A smaller copy of the image shows the same; a turned or
 * cropped one, or another image, does not: that is an error.
 */
function checkSize(image: RawImage, wanted: ImageSize, place: string): void {
  const [found, listed] = [image.width / image.height, wanted.width / wanted.height];
  if (Math.abs(found / listed - 1) <= roundingShare) return;
  throw new MdpdError(
    'REFCOCO_INVALID',
    `the image has ${image.width} x ${image.height} pixels, its annotations are of ${wanted.width} x ${wanted.height}`,
    { place, fix: 'get the image that the annotations are about, neither cropped nor turned' },
  );
}

export interface ExpressionImages {
  readonly images: ImageDataset;
  /** Number of the image of every expression. */
  readonly numbers: Int32Array;
}

export interface ImagesOptions {
  readonly origin: string;
  readonly budget: MemoryBudget;
  warn(message: string): void;
  progress?(done: number, total: number): void;
}

/** Decodes every image once. Throws IMAGE_UNREADABLE and REFCOCO_INVALID, naming the first bad one. */
export async function openExpressionImages(
  reader: ImageTextReader,
  expressions: ExpressionList,
  { origin, ...options }: ImagesOptions,
): Promise<ExpressionImages> {
  const paths = new Distinct();
  const files: Pick<Expression, 'image' | 'size'>[] = [];
  const numbers = Int32Array.from({ length: expressions.size }, (_, index) => {
    const { image, size } = expressions.at(index);
    const number = paths.number(image);
    if (number === files.length) files.push({ image, size });
    return number;
  });
  const fix = 'get the image, or repair the file; data.images=FOLDER names where images are';
  const set: ImageSet = {
    size: files.length,
    origin,
    label: () => undefined,
    place: (index) => files[index]!.image,
    read: async (index) => {
      const { image: path, size } = files[index]!;
      const image = await readImageFile(path, { ...reader.decode, fix });
      checkSize(image, size, path);
      return image;
    },
  };
  const { preprocessing } = reader;
  return { images: await ImageDataset.open(set, { preprocessing, onCorrupt: 'error', ...options }), numbers };
}
