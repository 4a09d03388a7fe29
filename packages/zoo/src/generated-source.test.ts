import { createHash } from 'node:crypto';
import { createRegistry, type ImageSource } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { createGlyphs } from './glyphs.ts';
import plugin from './plugin.ts';
import { side } from './raster.ts';

const context = { directory: '.' };
const { sources } = createRegistry([plugin]);

async function pixels(source: ImageSource, split: string, index: number): Promise<Uint8Array> {
  return (await (await source.open(split, context)).read(index)).data;
}

function distance(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}

/** Averages over neighbours, so that small shifts count little. */
function blur(image: Uint8Array): Uint8Array {
  return image.map((_, at) => {
    let [sum, count] = [0, 0];
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        const [x, y] = [(at % side) + dx, Math.floor(at / side) + dy];
        if (x < 0 || y < 0 || x >= side || y >= side) continue;
        sum += image[y * side + x]!;
        count++;
      }
    }
    return sum / count;
  });
}

describe.each(['glyphs', 'symbols', 'shapes', 'textures'])('the source %s', (name) => {
  const source = sources.get(name);

  it('has the splits it declares, with classes in turn', async () => {
    expect(source.splits).toEqual({ train: 60000, test: 10000 });
    const set = await source.open('train', context);
    const classes = set.labels!.length;
    expect(set).toMatchObject({ size: 60000, origin: `${name}:train` });
    expect(new Set(set.labels).size).toBe(classes);
    expect([set.label(0), set.label(1), set.label(classes), set.label(59999)]).toEqual([
      0,
      1,
      0,
      59999 % classes,
    ]);
    expect(set.place(7)).toBe(`${name}:train[7]`);
  });

  it('draws image i from (source, split, i) alone', async () => {
    const first = await pixels(source, 'train', 4321);
    const set = await source.open('train', context);
    for (const other of [0, 59999, 4322]) await set.read(other);
    expect((await set.read(4321)).data).toEqual(first);
    expect(await pixels(source, 'test', 4321)).not.toEqual(first);
    expect(await pixels(source, 'train', 4321 + set.labels!.length)).not.toEqual(first);
  });

  it('draws visible grey images of 28 x 28, antialiased', async () => {
    const set = await source.open('test', context);
    const values = new Set<number>();
    for (let index = 0; index < 200; index++) {
      const image = await set.read(index);
      expect(image).toMatchObject({ width: 28, height: 28, channels: 1 });
      expect(image.data.length).toBe(784);
      const [darkest, brightest] = [Math.min(...image.data), Math.max(...image.data)];
      expect(brightest - darkest).toBeGreaterThan(60);
      for (const value of image.data) values.add(value);
    }
    expect(values.size).toBeGreaterThan(100);
  });

  it('draws fast enough to be decoded ahead', async () => {
    const set = await source.open('train', context);
    for (let index = 0; index < 300; index++) await set.read(index);
    const start = performance.now();
    for (let index = 0; index < 500; index++) await set.read(index);
    // 3,000 a second on an idle core; the bound leaves room for a busy machine.
    expect(500 / ((performance.now() - start) / 1000)).toBeGreaterThan(400);
  });
});

describe('glyphs', () => {
  it('have classes that a nearest neighbour tells apart', async () => {
    const set = await sources.get('glyphs').open('train', context);
    const classes = set.labels!.length;
    const examples = await Promise.all(
      Array.from({ length: classes * 8 }, async (_, index) => blur((await set.read(index)).data)),
    );
    let right = 0;
    for (let query = classes * 7; query < classes * 8; query++) {
      let best = 0;
      let nearest = Infinity;
      for (let index = 0; index < classes * 7; index++) {
        const away = distance(examples[index]!, examples[query]!);
        if (away < nearest) [best, nearest] = [index, away];
      }
      if (best % classes === query % classes) right++;
    }
    // Chance is 1 of 64.
    expect(right / classes).toBeGreaterThan(0.5);
  });

  it('can have any number of classes, and other templates', async () => {
    const few = createGlyphs({ classes: 3, seed: 1 });
    expect((await few.open('train', context)).labels).toEqual(['glyph-00', 'glyph-01', 'glyph-02']);
    // The first templates do not depend on how many follow.
    expect(await pixels(few, 'train', 0)).toEqual(await pixels(sources.get('glyphs'), 'train', 0));
    expect(await pixels(createGlyphs({ classes: 3, seed: 2 }), 'train', 0)).not.toEqual(
      await pixels(few, 'train', 0),
    );
  });
});

describe('all generated sources', () => {
  it('stay as they are: what was trained on them was measured on these images', async () => {
    const hash = createHash('sha256');
    for (const source of sources.values) {
      for (const split of ['train', 'test']) {
        const set = await source.open(split, context);
        for (let index = 0; index < 70; index++) {
          // Coarse values, so that the last bit of a sine on another machine does not matter.
          hash.update((await set.read(index)).data.map((value) => Math.round(value / 51)));
        }
      }
    }
    expect(hash.digest('hex').slice(0, 16)).toMatchInlineSnapshot(`"a0f2d9219b3e27d6"`);
  });
});
