import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatError, MdpdError, type SplitName, type Task } from '@mdpd/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReferFixture, type ReferFixture } from './testing/refer-fixture.ts';

let fixture: ReferFixture;
beforeEach(() => {
  fixture = createReferFixture();
});
afterEach(() => fixture.remove());

const plain = { augment: false, seed: 0, epoch: 0 };

async function batchOf(task: Task, split: SplitName) {
  const set = task.splits[split]!;
  const { target, input } = await set.load([...Array(set.size).keys()], plain);
  const rows = Array.from({ length: set.size }, (_, row) => [
    ...target['box']!.data.slice(4 * row, 4 * row + 4),
  ]);
  return { origin: set.origin, rows, parts: [...target['part']!.data], input };
}

async function failure(recipe: object): Promise<string> {
  try {
    await fixture.open(recipe);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error).replaceAll(fixture.directory, '…');
    throw error;
  }
  return 'opened';
}

const refcoco = { name: 'refcoco', root: 'data' };

describe('files of REFER', () => {
  it('make an example of every sentence, with the box as shares of the image', async () => {
    await fixture.addImages('data/images/mscoco/images/train2014');
    const task = await fixture.open({ ...refcoco, validation: 'val' });
    const train = await batchOf(task, 'train');
    expect(train.origin).toBe('refcoco:train');
    // The centre of [4, 6, 20, 12] in 40 x 30 pixels; "!" has no word left, its raw text has.
    const first = [14 / 40, 12 / 30, 20 / 40, 12 / 30].map(Math.fround);
    expect(train.rows.slice(0, 3)).toEqual([first, first, first]);
    expect(train.rows).toHaveLength(5);
    // Beyond the left and lower border of 30 x 40 pixels: what is left is [0, 10, 10, 30].
    const validation = await batchOf(task, 'validation');
    expect(validation.rows).toEqual([[5 / 30, 25 / 40, 10 / 30, 30 / 40].map(Math.fround)]);
    const test = await batchOf(task, 'test');
    expect(test.origin).toBe('refcoco:testA+testB');
    expect(test.rows).toHaveLength(4);
    expect(new Set(test.parts).size).toBe(2);
    expect(fixture.warnings).toEqual([
      'refcoco:val: 1 sentences without a word are left out',
      `refcoco:val: a box reaches beyond the border of the image and is clipped; the first: ${join(fixture.directory, 'data/refcoco/instances.json')}, annotation 200001`,
    ]);
  });

  it.each([
    ['refcoco+', {}, 'refcoco+:testA+testB', [1, 2]],
    ['refcocog', {}, 'refcocog:test', [1, 2]],
    ['refcocog', { splitBy: 'google' }, 'refcocog:val', [1, 1]],
  ])('are read: %s %o', async (name, more, origin, sizes) => {
    await fixture.addImages('data/train2014');
    const { train, test } = (await fixture.open({ name, root: 'data', ...more })).splits;
    expect(test!.origin).toBe(origin);
    expect([train!.size, test!.size]).toEqual(sizes);
  });

  it('may stand in a folder source, and their images anywhere', async () => {
    await fixture.addImages('photos/train2014');
    const recipe = { ...refcoco, root: 'test:refer' };
    expect((await fixture.open({ ...recipe, images: 'photos' })).splits.train!.size).toBe(5);
    expect((await fixture.open({ ...recipe, images: 'photos/train2014' })).splits.train!.size).toBe(5);
  });

  it('lose nothing of an image: it is resized whole, although the checkpoint crops', async () => {
    await fixture.addImages('data/train2014');
    const task = await fixture.open(refcoco);
    const { input } = await batchOf(task, 'train');
    // 40 x 30 pixels that grow brighter to the right: the first and last column are those of the image.
    const row = input['pixel_values']!.data.slice(0, 16);
    expect(row[0]).toBeLessThan(0.06);
    expect(row[15]).toBeGreaterThan(0.92);
    expect(task.savedFiles()['preprocessor_config.json']).toMatchObject({ size: { height: 16, width: 16 } });
    expect(task.savedFiles()['preprocessor_config.json']).not.toHaveProperty('crop_size');
  });

  it('are limited evenly, and only images that are needed are read', async () => {
    await fixture.addImages('data/train2014');
    rmSync(join(fixture.directory, 'data/train2014/COCO_train2014_000000131074.jpg'));
    const { splits } = await fixture.open({ ...refcoco, test: 'testA', limit: { train: 2 } });
    expect([splits.train!.size, splits.test!.size]).toEqual([2, 1]);
  });
});

describe('files of REFER that do not fit', () => {
  it('are said where they are missing', async () => {
    expect(await failure({ name: 'refcoco', root: '.' })).toBe(
      'error DATA_MISSING at data.root\n  there is no file …/refcoco/refs(unc).p\n' +
        '  allowed: data.root with refcoco/refs(…).p and refcoco/instances.json\n' +
        '  fix: get the files of REFER, https://github.com/lichengunc/refer; data.root=zoo:scenes makes a folder of that kind',
    );
    expect(await failure(refcoco)).toContain(
      'error DATA_MISSING at data.root\n  there is no folder with the images of train2014',
    );
    await fixture.addImages('data/train2014');
    rmSync(join(fixture.directory, 'data/train2014/COCO_train2014_000000581857.jpg'));
    expect(await failure(refcoco)).toBe(
      'error IMAGE_UNREADABLE at …/data/train2014/COCO_train2014_000000581857.jpg\n  there is no such file\n' +
        '  fix: get the image, or repair the file; data.images=FOLDER names where images are',
    );
  });

  it('have images of the size that the annotations are about', async () => {
    await fixture.addImages('data/train2014');
    const name = 'data/train2014/COCO_train2014_000000581857.jpg';
    await fixture.addImage(name, 20, 15);
    expect(await failure(refcoco)).toBe('opened');
    await fixture.addImage(name, 30, 40);
    expect(await failure(refcoco)).toBe(
      `error REFCOCO_INVALID at …/${name}\n` +
        '  the image has 30 x 40 pixels, its annotations are of 40 x 30\n' +
        '  fix: get the image that the annotations are about, neither cropped nor turned',
    );
  });

  const instances = (bbox: string, more = ''): string =>
    `{"annotations": [{"id": 1719310, "image_id": 581857, "bbox": ${bbox}},
      {"id": 1719311, "image_id": 581857, "bbox": [1, 1, 2, 2]}${more}],
      "images": [{"id": 581857, "file_name": "COCO_train2014_000000581857.jpg", "width": 40, "height": 30}]}`;
  const place = '…/data/refcoco/instances.json, annotation 1719310';

  it.each([
    ['[1, 2, 0, 5]', `at ${place}\n  the box is 0 x 5 pixels: there is nothing in it`],
    ['[1, 2, -3, 5]', `at ${place}\n  the box is -3 x 5 pixels: there is nothing in it`],
    ['[50, 2, 3, 5]', `at ${place}\n  the box [50, 2, 3, 5] lies outside of its image of 40 x 30 pixels`],
    ['[1, 2, 3]', `at ${place}\n  the box is [1,2,3] instead of four numbers`],
    ['[1, 2, 3, null]', `at ${place}\n  the box is [1,2,3,null] instead of four numbers`],
    ['[1, 2, 3, 1e999]', `at ${place}\n  the box is [1,2,3,Infinity] instead of four numbers`],
    ['{}', `at ${place}\n  the box is {} instead of four numbers`],
    ['"1,2,3,4"', `at ${place}\n  the box is "1,2,3,4" instead of four numbers`],
    ['null', `at ${place}\n  the box is null instead of four numbers`],
    ['[[1, 2], {"w": 3}]', `at ${place}\n  the box is [[1,2],{"w":3}] instead of four numbers`],
    ['[1, 2, 3, NaN]', 'at …/data/refcoco/instances.json, annotations[0]\n  the entry is not JSON'],
    ['[1, 2, 3, Infinity]', 'at …/data/refcoco/instances.json, annotations[0]\n  the entry is not JSON'],
  ])('have boxes: %s', async (bbox, text) => {
    await fixture.addImages('data/train2014');
    fixture.write('data/refcoco/instances.json', instances(bbox));
    expect(await failure({ ...refcoco, test: 'testA' })).toContain(`error REFCOCO_INVALID ${text}`);
  });

  it('have what references name', async () => {
    await fixture.addImages('data/train2014');
    fixture.write('data/refcoco/instances.json', '{"images": [], "annotations": []}');
    expect(await failure(refcoco)).toBe(
      'error REFCOCO_INVALID at …/data/refcoco/instances.json\n' +
        '  the references name annotation 1719310, which is not there',
    );
    fixture.write(
      'data/refcoco/instances.json',
      instances('[1, 1, 2, 2]').replace('"image_id": 581857', '"image_id": 7'),
    );
    expect(await failure(refcoco)).toContain('it is of image 7, its reference of image 581857');
    fixture.write(
      'data/refcoco/instances.json',
      instances('[1, 1, 2, 2]').replace('"COCO_train', '"../COCO_train'),
    );
    expect(await failure(refcoco)).toContain('error DATA_PATH at …/data/refcoco/instances.json');
    fixture.write('data/refcoco/instances.json', '[1]');
    expect(await failure(refcoco)).toContain('the file is no JSON object: it does not start with "{"');
    fixture.write('data/refcoco/instances.json', '{"images": [{"id": 1}]}');
    expect(await failure(refcoco)).toContain('…/data/refcoco/instances.json, images[0]\n  file_name: ');
  });

  it.each([
    ['(lp0\nI1\na.', 'at …/data/refcoco/refs(unc).p[0]\n  a reference is no dictionary'],
    ['(d.', 'at …/data/refcoco/refs(unc).p\n  the pickle holds no list of references'],
    ["((dS'ann_id'\nI1\ns(dl.", '"sentences" is no list'],
    [
      "((dS'ann_id'\nI1\nsS'image_id'\nI1\nsS'split'\nS'val'\nsS'sentences'\n((dS'sent'\nI1\nslsl.",
      '"sent" is no text',
    ],
    ["((dS'sentences'\n(lsS'ann_id'\nF1.5\nsl.", '"ann_id" is no integer'],
    ["((dS'sentences'\n(lsl.", '"ann_id" is missing'],
  ])('have references: %j', async (pickle, text) => {
    fixture.write('data/refcoco/refs(unc).p', pickle);
    const said = await failure(refcoco);
    expect(said).toContain('error REFCOCO_INVALID');
    expect(said).toContain(text);
  });

  it('run nothing', async () => {
    fixture.write('data/refcoco/refs(unc).p', "cos\nsystem\n(S'true'\ntR.");
    expect(await failure(refcoco)).toContain('error PICKLE_UNSAFE at …/data/refcoco/refs(unc).p');
  });
});

describe('recipes that do not fit', () => {
  it.each([
    [
      { ...refcoco, test: 'test' },
      'at data.test\n  refcoco (unc) has no split "test"\n  allowed: train, val, testA, testB',
    ],
    [
      { ...refcoco, splitBy: 'umd' },
      'at data.splitBy\n  refcoco was not divided by umd\n  allowed: unc, google',
    ],
    [{ ...refcoco, box: 'xywh' }, 'at data.box\n  boxes of refcoco are xywh'],
    [{ root: 'data', train: 'x.jsonl' }, 'at data.box\n  boxes of JSONL files may be written in two ways'],
  ])('are said: %o', async (recipe, text) => {
    expect(await failure(recipe)).toContain(`error REFCOCO_DATA ${text}`);
  });
});
