/** Labelled grey images from a pair of IDX files. */
import { MdpdError, type ImageSet } from '@mdpd/core';
import { openIdx, type IdxFile } from './idx.ts';

const longestSide = 8192;
const blockBytes = 1 << 18;

export interface IdxImageSetOptions {
  readonly images: string;
  readonly labels: string;
  /** `mnist:train`, for messages. */
  readonly origin: string;
  /** Class names in label order. */
  readonly classNames: readonly string[];
}

function checkShapes(images: IdxFile, labels: IdxFile): { count: number; height: number; width: number } {
  const [count = 0, height = 0, width = 0] = images.dimensions;
  if (images.dimensions.length !== 3 || height > longestSide || width > longestSide) {
    throw new MdpdError('IDX_INVALID', `images have the axes ${images.dimensions.join(' x ')}`, {
      place: images.path,
      allowed: `count x height x width, sides up to ${longestSide}`,
    });
  }
  if (labels.dimensions.length !== 1 || labels.dimensions[0] !== count) {
    throw new MdpdError(
      'IDX_INVALID',
      `there are ${count} images, but labels of ${labels.dimensions.join(' x ')}`,
      {
        place: labels.path,
        fix: 'the two files do not belong together',
      },
    );
  }
  return { count, height, width };
}

/** Reads whole blocks of items and keeps the last one, so that reading in order opens the file rarely. */
function blockReader(file: IdxFile, count: number): (index: number) => Promise<Uint8Array> {
  const perBlock = Math.max(1, Math.floor(blockBytes / file.itemBytes));
  let current = -1;
  let bytes: Promise<Uint8Array> | undefined;
  return async (index) => {
    const block = Math.floor(index / perBlock);
    if (block !== current || bytes === undefined) {
      current = block;
      bytes = file.read(block * perBlock, Math.min(perBlock, count - block * perBlock));
    }
    const loaded = await bytes;
    const start = (index % perBlock) * file.itemBytes;
    return loaded.slice(start, start + file.itemBytes);
  };
}

/** Opens a pair of IDX files. Throws IDX_INVALID where they do not fit each other or the class names. */
export async function openIdxImageSet(options: IdxImageSetOptions): Promise<ImageSet> {
  const [images, labelFile] = await Promise.all([openIdx(options.images), openIdx(options.labels)]);
  const { count, height, width } = checkShapes(images, labelFile);
  const labels = await labelFile.read(0, count);
  const wrong = labels.findIndex((label) => label >= options.classNames.length);
  if (wrong >= 0) {
    throw new MdpdError('IDX_INVALID', `label ${labels[wrong]} of item ${wrong} is not a class`, {
      place: labelFile.path,
      allowed: `0 to ${options.classNames.length - 1}`,
    });
  }
  const readItem = blockReader(images, count);
  return {
    size: count,
    origin: options.origin,
    labels: options.classNames,
    label: (index) => labels[index],
    place: (index) => `${options.origin}[${index}]`,
    read: async (index) => ({ width, height, channels: 1, data: await readItem(index) }),
  };
}
