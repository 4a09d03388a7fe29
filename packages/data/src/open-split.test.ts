import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ImageSet, ImageSource } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { joinImages, limitImages, sliceImages } from './image-sets.ts';
import { openSplit, qualifiedName } from './open-split.ts';

const base = mkdtempSync(join(tmpdir(), 'mdpd-open-'));
afterAll(() => rmSync(base, { recursive: true }));

/** Image i is one pixel of value i, its class i mod the number of classes. */
function toySet(origin: string, size: number, labels: readonly string[] | undefined): ImageSet {
  return {
    size,
    origin,
    labels,
    label: (index) => (labels ? index % labels.length : undefined),
    place: (index) => `${origin}[${index}]`,
    read: (index) => Promise.resolve({ width: 1, height: 1, channels: 1, data: Uint8Array.of(index) }),
  };
}

function toySource(name: string, labels: readonly string[] | undefined, size = 10): ImageSource {
  return {
    name,
    description: name,
    splits: { train: size, test: size },
    open: (split) => Promise.resolve(toySet(`${name}:${split}`, size, labels)),
  };
}

const sources = [
  toySource('toys', ['bear', 'ball']),
  toySource('tools', ['saw', 'bear', 'axe']),
  toySource('bare', undefined),
];
const options = { sources, directory: base, place: 'data.train' };
const open = (spec: string) => openSplit(spec, options);

function labelsOf(set: ImageSet): (number | undefined)[] {
  return Array.from({ length: set.size }, (_, index) => set.label(index));
}

async function valuesOf(set: ImageSet): Promise<number[]> {
  return Promise.all(Array.from({ length: set.size }, async (_, index) => (await set.read(index)).data[0]!));
}

function addImages(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(base, name)), { recursive: true });
    writeFileSync(join(base, name), 'not decoded in this test');
  }
}

describe('openSplit', () => {
  it('opens a slice of a source', async () => {
    const { images, classes } = await open('toys:test[3:6]');
    expect(images).toMatchObject({ size: 3, origin: 'toys:test[3:6]', labels: ['bear', 'ball'] });
    expect(labelsOf(images)).toEqual([1, 0, 1]);
    expect(await valuesOf(images)).toEqual([3, 4, 5]);
    expect(images.place(0)).toBe('toys:test[3]');
    expect(classes).toEqual([
      { source: 'toys', name: 'bear' },
      { source: 'toys', name: 'ball' },
    ]);
  });

  it('gives joined sources class ranges of their own, and parts of one source the same', async () => {
    const { images, classes } = await open('toys:train[:2] + tools:train[:3] + toys:test[1:3]');
    expect(images.origin).toBe('toys:train[:2] + tools:train[:3] + toys:test[1:3]');
    expect(images.labels).toEqual(['toys/bear', 'toys/ball', 'tools/saw', 'tools/bear', 'tools/axe']);
    expect(classes?.map(qualifiedName)).toEqual(images.labels);
    expect(labelsOf(images)).toEqual([0, 1, 2, 3, 4, 1, 0]);
    expect(await valuesOf(images)).toEqual([0, 1, 0, 1, 2, 1, 2]);
    expect(images.place(5)).toBe('toys:test[1]');
    expect((await open('toys:train + toys:test')).images.labels).toEqual(['bear', 'ball']);
  });

  it('joins folders by class name', async () => {
    addImages('a/cat/1.png', 'a/dog/1.png', 'b/bird/1.png', 'b/dog/2.png', 'flat/1.png');
    const { images, classes } = await open('./a + b/');
    expect(images.labels).toEqual(['cat', 'dog', 'bird']);
    expect(labelsOf(images)).toEqual([0, 1, 2, 1]);
    expect(classes).toEqual([{ name: 'cat' }, { name: 'dog' }, { name: 'bird' }]);
    expect((await open('./a + toys:train')).images.labels).toEqual(['cat', 'dog', 'toys/bear', 'toys/ball']);
  });

  it('opens list files, whose classes belong to their folder', async () => {
    addImages('cifar/images/1.jpg', 'cifar/images/2.jpg');
    writeFileSync(join(base, 'cifar', 'train800.txt'), 'images/1.jpg 1\nimages/2.jpg 0\n');
    const { images, classes } = await open('./cifar/train800.txt[:1]');
    expect(labelsOf(images)).toEqual([1]);
    expect(classes).toEqual([
      { source: 'cifar', name: '0' },
      { source: 'cifar', name: '1' },
    ]);
  });

  it('opens images without classes, alone or joined', async () => {
    expect((await open('./flat')).classes).toBeUndefined();
    const { images, classes } = await open('bare:train[:1] + ./flat');
    expect(classes).toBeUndefined();
    expect(labelsOf(images)).toEqual([undefined, undefined]);
    await expect(open('toys:train + ./flat')).rejects.toMatchObject({
      code: 'DATA_CLASSES',
      message: 'the images of ./flat have no classes, the others do',
      place: 'data.train',
      exitCode: 2,
    });
  });

  it('names the nearest source and split', async () => {
    await expect(open('toy:train')).rejects.toMatchObject({
      code: 'UNKNOWN_SOURCE',
      message: 'there is no data source "toy"',
      place: 'data.train',
      allowed: 'toys, tools, bare',
      fix: 'did you mean "toys"?',
      exitCode: 2,
    });
    await expect(open('somethingelse:train')).rejects.toMatchObject({
      fix: 'a folder is written with a slash: ./NAME',
    });
    await expect(open('toys:tests')).rejects.toMatchObject({
      code: 'UNKNOWN_SPLIT',
      message: 'the source "toys" has no split "tests"',
      allowed: 'train, test',
      fix: 'did you mean "test"?',
    });
    await expect(open('toys:constructor')).rejects.toMatchObject({ code: 'UNKNOWN_SPLIT' });
  });

  it('says where it looked for a path', async () => {
    await expect(open('./nowhere')).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: 'there is no folder or list file "./nowhere"',
      place: 'data.train',
      fix: `looked for ${join(base, 'nowhere')}; relative paths start where the command is run`,
      exitCode: 2,
    });
    await expect(open('toys')).rejects.toMatchObject({
      fix: `looked for ${join(base, 'toys')}; did you mean "toys:train" or "toys:test"?`,
    });
    addImages('file/x.png');
    await expect(open('./file/x.png/deeper')).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });

  it('says what the system refuses', async () => {
    symlinkSync('loop', join(base, 'loop'));
    await expect(open('./loop')).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: `"./loop" cannot be read: ELOOP: too many symbolic links encountered, stat '${join(base, 'loop')}'`,
      place: 'data.train',
    });
  });
});

describe('views of image sets', () => {
  const set = toySet('s', 10, ['a', 'b']);

  it('slices', async () => {
    expect(sliceImages(set, 0, 10, 's')).toBe(set);
    expect(await valuesOf(sliceImages(set, 7, 10, 's[7:]'))).toEqual([7, 8, 9]);
  });

  it('limits evenly, so that sorted classes stay', async () => {
    expect(await valuesOf(limitImages(set, 4))).toEqual([0, 2, 5, 7]);
    expect(limitImages(set, 10)).toBe(set);
    expect(limitImages(set, undefined)).toBe(set);
    expect(await valuesOf(limitImages(set, 1))).toEqual([0]);
  });

  it('joins', async () => {
    const joined = joinImages(
      [set, sliceImages(set, 8, 10, 's[8:]')],
      ['x'],
      (part, label) => 10 * part + label,
    );
    expect(joined).toMatchObject({ size: 12, origin: 's + s[8:]', labels: ['x'] });
    expect(labelsOf(joined).slice(8)).toEqual([0, 1, 10, 11]);
    expect((await valuesOf(joined)).slice(8)).toEqual([8, 9, 8, 9]);
  });
});
