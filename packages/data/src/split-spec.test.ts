import { MdpdError } from '@mdpd/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSplitSpec, sliceRange } from './split-spec.ts';

function fails(run: () => unknown): MdpdError {
  try {
    run();
  } catch (error) {
    if (error instanceof MdpdError) return error;
    throw error;
  }
  throw new Error('did not fail');
}

const range = (spec: string, size: number) => sliceRange(parseSplitSpec(spec)[0]!, size);

describe('parseSplitSpec', () => {
  it('reads sources, folders, list files and joined ones', () => {
    expect(parseSplitSpec('mnist:train')).toEqual([
      { kind: 'source', source: 'mnist', split: 'train', slice: undefined, text: 'mnist:train' },
    ]);
    expect(parseSplitSpec('./photos/train')).toMatchObject([{ kind: 'path', path: './photos/train' }]);
    expect(parseSplitSpec('photos')).toMatchObject([{ kind: 'path', path: 'photos' }]);
    expect(parseSplitSpec('./cifar/train800.txt[:10]')).toMatchObject([
      { kind: 'path', path: './cifar/train800.txt', slice: { stop: { value: 10, percent: false } } },
    ]);
    expect(parseSplitSpec('fashion-mnist:train + glyphs:train[:40000] + ./more')).toMatchObject([
      { source: 'fashion-mnist', split: 'train', text: 'fashion-mnist:train' },
      { source: 'glyphs', slice: { stop: { value: 40000 } }, text: 'glyphs:train[:40000]' },
      { path: './more' },
    ]);
  });

  it.each(['./a:b/c', 'C:\\photos\\train', 'C:/photos', './odd[1]', '/data/x [old]', './a+b', './a b'])(
    'takes %s as a path',
    (path) => {
      expect(parseSplitSpec(path)).toMatchObject([{ kind: 'path', path, slice: undefined }]);
    },
  );

  it('says what is wrong and what is allowed', () => {
    const error = fails(() => parseSplitSpec('mnist:train[a:b]', 'data.train'));
    expect(error).toMatchObject({
      code: 'DATA_SPEC',
      place: 'data.train',
      exitCode: 2,
      message: '"a" in the slice of "mnist:train[a:b]" is not a number',
      allowed:
        'NAME:SPLIT (mnist:train), a folder (./photos/train) or a list file (./cifar/train800.txt), each with an ' +
        'optional slice ([:1000], [800:], [-200:], [:80%]), several joined by " + "',
    });
  });

  it.each([
    ['', 'the split is empty'],
    ['   ', 'the split is empty'],
    ['[:10]', '"[:10]" names no data'],
    ['mnist:train + ', '"mnist:train + " has an empty part'],
    ['mnist:', '"mnist:" is not NAME:SPLIT'],
    [':train', '":train" is not NAME:SPLIT'],
    ['mnist:train[1:2:3]', 'the slice [1:2:3] of "mnist:train[1:2:3]" has more than one ":"'],
    ['mnist:train[:101%]', '"101%" in the slice of "mnist:train[:101%]" is above 100%'],
    ['mnist:train[:1.5]', '"1.5" in the slice of "mnist:train[:1.5]" is not a number'],
    ['mnist:train[10]', '"mnist:train[10]" is not NAME:SPLIT'],
    ['./a\0b', 'a path holds a NUL character'],
    ['x'.repeat(5000), 'a split of 5000 characters is too long'],
  ])('refuses %j', (spec, message) => {
    expect(fails(() => parseSplitSpec(spec))).toMatchObject({ code: 'DATA_SPEC', message });
  });

  it('never throws anything but DATA_SPEC', () => {
    const noise = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[a-z:[\]0-9%+ ./-]*$/),
      fc.tuple(fc.string(), fc.string(), fc.string()).map(([a, b, c]) => `${a}:${b}[${c}]`),
    );
    fc.assert(
      fc.property(noise, (spec) => {
        try {
          expect(parseSplitSpec(spec).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'DATA_SPEC' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('sliceRange', () => {
  it.each([
    ['m1:train', 10, [0, 10]],
    ['m1:train[:3]', 10, [0, 3]],
    ['m1:train[3:]', 10, [3, 10]],
    ['m1:train[ 2 : 5 ]', 10, [2, 5]],
    ['m1:train[-2:]', 10, [8, 10]],
    ['m1:train[:-2]', 10, [0, 8]],
    ['m1:train[:33%]', 10, [0, 3]],
    ['m1:train[33%:]', 10, [3, 10]],
    ['m1:train[-25%:]', 8, [6, 8]],
    ['m1:train[:]', 4, [0, 4]],
  ])('%s of %i', (spec, size, expected) => {
    expect(range(spec, size)).toEqual(expected);
  });

  it('divides a split by percentages without gap or overlap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 200, max: 5000 }), (percent, size) => {
        fc.pre(percent > 0 && percent < 100);
        expect(range(`m1:s[:${percent}%]`, size)[1]).toBe(range(`m1:s[${percent}%:]`, size)[0]);
      }),
    );
  });

  it('refuses bounds beyond the split, as TFDS does', () => {
    expect(fails(() => range('mnist:train[:100000]', 60000))).toMatchObject({
      code: 'DATA_SPEC',
      message: 'the slice of "mnist:train[:100000]" reaches beyond its 60000 images',
      allowed: 'bounds between -60000 and 60000',
      exitCode: 2,
    });
    expect(fails(() => range('mnist:train[-11:]', 10))).toMatchObject({ code: 'DATA_SPEC' });
  });

  it.each([
    'mnist:train[5:5]',
    'mnist:train[6:5]',
    'mnist:train[:0]',
    'mnist:train[-0:]',
    'mnist:train[:-10]',
  ])('refuses the empty %s', (spec) => {
    expect(fails(() => range(spec, 10))).toMatchObject({
      code: 'DATA_EMPTY',
      message: `"${spec}" holds no image`,
      fix: 'it has 10 images before the slice: take a slice that ends after it starts',
    });
  });
});
