/** Images: files, folders of them, list files, IDX, and the JSON rows of Fashion-MNIST. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ImageSet } from '@mdpd/core';
import { openIdxImageSet } from '@mdpd/data/idx-image-set';
import { readImageFile, readImageSize } from '@mdpd/data/image-decode';
import { openImageFolder } from '@mdpd/data/image-folder';
import { readJsonRows } from '@mdpd/data/json-rows';
import { openVtabList } from '@mdpd/data/vtab-list';
import { readFile, readdir } from 'node:fs/promises';
import sharp from 'sharp';
import { CANARY, withFile, type FuzzInput } from '../input.ts';
import { byteMutations, mutateBytes, writeHostile, type Mutation } from '../mutate/bytes.ts';
import { hostilePaths } from '../mutate/hostile.ts';
import { imageMutations } from '../mutate/images.ts';
import { jsonMutation } from '../mutate/json.ts';
import { chance, pick } from '../mutate/pick.ts';
import { textMutations } from '../mutate/text.ts';
import type { Reader } from '../reader.ts';
import { fixture, json, mutateFile, one, tinyPng } from './corpus.ts';

async function imageSeeds(): Promise<FuzzInput[]> {
  const photo = sharp(fixture('packages/data/src/oracles/photo.jpg')).resize(24, 20);
  const made = await Promise.all([
    photo.clone().png().toBuffer(),
    photo.clone().png({ palette: true, progressive: true }).toBuffer(),
    photo.clone().greyscale().png().toBuffer(),
    photo.clone().toColourspace('rgb16').png().toBuffer(),
    photo.clone().jpeg().toBuffer(),
    photo.clone().jpeg({ progressive: true }).toBuffer(),
    photo.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    photo.clone().webp().toBuffer(),
    photo.clone().webp({ lossless: true }).toBuffer(),
    photo.clone().gif().toBuffer(),
    photo.clone().tiff().toBuffer(),
    photo.clone().tiff({ tile: true, compression: 'lzw' }).toBuffer(),
    photo.clone().avif({ effort: 0 }).toBuffer(),
  ]);
  return [...made, fixture('packages/data/src/oracles/grey.png'), tinyPng].map((bytes) =>
    one('x.img', bytes),
  );
}

export const image: Reader = {
  name: 'image',
  reads: 'header and pixels of PNG, JPEG, WebP, GIF, TIFF and AVIF',
  seeds: imageSeeds,
  mutate: (random, seeds) => mutateFile(random, seeds, () => imageMutations),
  async read(folder) {
    const path = join(folder, 'x.img');
    const problems: unknown[] = [];
    // Sizes alone, then decoding as a backbone of 224 pixels asks for, then whole.
    const ways = [
      () => readImageSize(path),
      () => readImageFile(path, { needed: { width: 224, height: 224 } }),
      () => readImageFile(path),
    ];
    for (const read of ways) await read().catch((error: unknown) => problems.push(error));
    if (problems.length > 0) throw problems[0];
  },
};

async function readImages(set: ImageSet): Promise<void> {
  for (let index = 0; index < Math.min(set.size, 5); index++) {
    set.place(index);
    set.label(index);
    await set.read(index);
  }
}

const names = [
  'a.png',
  'b.PNG',
  'c.jpg',
  '.hidden.png',
  'd.txt',
  'e.heic',
  'ü.png',
  '__proto__.png',
  'line\nend.png',
  'x'.repeat(240) + '.png',
];

export const imageFolder: Reader = {
  name: 'image-folder',
  reads: 'a folder with a folder of images for each class, links among them',
  seeds: () =>
    Promise.resolve([
      { files: { 'cat/1.png': tinyPng, 'cat/2.png': tinyPng, 'dog/1.png': tinyPng } },
      one('1.png', tinyPng),
    ]),
  mutate(random, seeds) {
    let input = pick(random, seeds);
    for (let count = 1 + random.integer(4); count > 0; count--) {
      const folder = pick(random, ['cat', 'dog', 'constructor', '.', 'cat/deep', '__proto__', 'empty']);
      const path = `${folder}/${pick(random, names)}`;
      const bytes = pick(random, [tinyPng, Buffer.alloc(0), mutateBytes(random, tinyPng)]);
      if (chance(random, 0.6)) input = withFile(input, path, bytes);
      else {
        const target = pick(random, [
          CANARY,
          '..',
          '.',
          '../cat/1.png',
          '/dev/zero',
          '/',
          'nowhere',
          '/proc/self/environ',
          path.split('/').at(-1)!,
        ]);
        input = {
          ...input,
          links: { ...input.links, [pick(random, [path, 'dog2', 'cat/link.png'])]: target },
        };
      }
    }
    return input;
  },
  read: async (folder) => readImages(await openImageFolder(folder, { origin: 'x', warn: () => undefined })),
};

export const vtabList: Reader = {
  name: 'list',
  reads: 'a list file of VTAB-1k and the images that it names',
  seeds: () =>
    Promise.resolve([
      {
        files: {
          'list.txt': Buffer.from('images/a.png 0\nimages/b.png 12\nimages/a.png 3\n'),
          'images/a.png': tinyPng,
          'images/b.png': tinyPng,
        },
      },
    ]),
  mutate(random, seeds) {
    const seed = pick(random, seeds);
    if (chance(random, 0.3)) {
      const line = `${pick(random, [...hostilePaths, 'link.png', 'images/link/1.png', 'out/canary'])} ${random.integer(20)}\n`;
      const linked = withFile(seed, 'list.txt', Buffer.concat([seed.files['list.txt']!, Buffer.from(line)]));
      return {
        ...linked,
        links: {
          'link.png': CANARY,
          out: '../canary',
          'images/link': pick(random, ['.', '..', '/etc', '../../canary']),
        },
      };
    }
    return mutateFile(random, seeds, () => textMutations, ['list.txt']);
  },
  read: async (folder) => readImages(await openVtabList(join(folder, 'list.txt'), { origin: 'list.txt' })),
};

function idxOf(dimensions: readonly number[], data: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * dimensions.length);
  head.set([0, 0, 8, dimensions.length]);
  dimensions.forEach((size, axis) => head.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([head, data]);
}

const idxHeader: Mutation = (random, bytes) => {
  const copy = Buffer.from(bytes);
  if (copy.length < 8) return copy;
  if (chance(random, 0.2)) copy[random.integer(4)] = random.integer(256);
  else writeHostile(random, copy, 4 * (1 + random.integer(Math.min(3, Math.floor(copy.length / 4) - 1))), 4);
  return copy;
};

const images = idxOf([6, 5, 4], Buffer.alloc(120, 7));
const labels = idxOf([6], Buffer.from([0, 1, 2, 3, 4, 5]));
/** A gigabyte of zeros in a megabyte, with a header that is right; in 64 members, so that it is quickly made. */
let zeros: Buffer | undefined;
function idxBomb(): Buffer {
  const member = gzipSync(Buffer.alloc(1 << 24), { level: 1 });
  const head = gzipSync(idxOf([1 << 16, 1 << 7, 1 << 7], Buffer.alloc(0)));
  return (zeros ??= Buffer.concat([head, ...Array<Buffer>(64).fill(member)]));
}

export const idx: Reader = {
  name: 'idx',
  reads: 'a pair of IDX files, plain or gzipped',
  seeds: () =>
    Promise.resolve<FuzzInput[]>([
      { files: { images, labels } },
      { files: { 'images.gz': gzipSync(images), 'labels.gz': gzipSync(labels) } },
    ]),
  mutate(random, seeds) {
    const seed = pick(random, seeds);
    if (!('images.gz' in seed.files)) return mutateFile(random, [seed], () => [idxHeader]);
    if (chance(random, 0.002)) return withFile(seed, 'images.gz', idxBomb());
    // Wrong within the archive, or the archive itself.
    if (chance(random, 0.5)) return mutateFile(random, [seed], () => byteMutations);
    return withFile(seed, 'images.gz', gzipSync(mutateBytes(random, images, [idxHeader])));
  },
  async read(folder) {
    const end = (await readdir(folder)).includes('images.gz') ? '.gz' : '';
    const classNames = ['a', 'b', 'c', 'd', 'e', 'f'];
    const set = await openIdxImageSet({
      images: join(folder, `images${end}`),
      labels: join(folder, `labels${end}`),
      origin: 'x',
      classNames,
    });
    for (let index = 0; index < Math.min(set.size, 50); index++) await set.read(index);
  },
};

export const jsonRows: Reader = {
  name: 'json-rows',
  reads: 'rows of bytes in JSON, as Fashion-MNIST’s package has them',
  seeds: () => Promise.resolve([one('x.json', json({ data: [[1, 2, 3, 4], [], [255, 0, 9, 8]] }))]),
  mutate: (random, seeds) => mutateFile(random, seeds, () => [jsonMutation, jsonMutation, ...textMutations]),
  async read(folder) {
    const place = join(folder, 'x.json');
    readJsonRows(await readFile(place), { rowLength: 4, mostRows: 100, place });
  },
};
