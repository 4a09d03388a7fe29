import { formatError, MdpdError } from '@mdpd/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createReferFixture, listedImages, type ReferFixture } from './testing/refer-fixture.ts';

let fixture: ReferFixture;
beforeEach(async () => {
  fixture = createReferFixture();
  await fixture.addImages('mdetr/train2014');
});
afterEach(() => fixture.remove());

const [name, width, height] = listedImages[0];
const image = {
  file_name: name,
  height,
  width,
  original_id: 581857,
  dataset_name: 'refcoco',
  tokens_negative: [[0, 10]],
};
const annotation = { area: 1, iscrowd: 0, category_id: 1, original_id: 1719310, tokens_positive: [[0, 3]] };
const content = {
  images: [
    { ...image, id: 0, caption: 'red circle' },
    { ...image, id: 1, caption: 'the left star' },
  ],
  annotations: [
    { ...annotation, image_id: 1, id: 1, bbox: [0, 0, 20, 15] },
    { ...annotation, image_id: 0, id: 0, bbox: [10, 7.5, 20, 15] },
  ],
  categories: [],
  info: {},
  licenses: [],
};
const file = 'finetune_refcoco_train.json';

async function failure(written: unknown): Promise<string> {
  fixture.write(`mdetr/${file}`, JSON.stringify(written));
  try {
    await fixture.open({ root: 'mdetr', train: file, box: 'xywh' });
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error).replaceAll(fixture.directory, '…');
    throw error;
  }
  return 'opened';
}

it('reads every sentence with its box', async () => {
  fixture.write(`mdetr/${file}`, JSON.stringify(content));
  const { train } = (await fixture.open({ root: 'mdetr', train: file, box: 'xywh' })).splits;
  expect(train!.origin).toBe(file);
  const { target } = await train!.load([0, 1], { augment: false, seed: 0, epoch: 0 });
  expect([...target['box']!.data]).toEqual([0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.5, 0.5]);
});

it.each([
  [{ ...content, images: [] }, 'error DATA_EMPTY at …/mdetr/finetune_refcoco_train.json'],
  [{ ...content, annotations: [] }, 'train.json, image 0\n  the box is nothing instead of four numbers'],
  [
    { ...content, annotations: [...content.annotations, content.annotations[0]] },
    'annotations[2]\n  image 1 has two boxes',
  ],
  [{ ...content, images: [{ ...image, id: 0 }] }, 'images[0]\n  caption: '],
  [[], 'the file is no JSON object: it does not start with "{"'],
])('says what is wrong: %#', async (written, text) => {
  expect(await failure(written)).toContain(text);
});

it('has boxes in one way', async () => {
  fixture.write(`mdetr/${file}`, JSON.stringify(content));
  await expect(fixture.open({ root: 'mdetr', train: file, box: 'xyxy' })).rejects.toThrow(
    "boxes of MDETR's files are xywh",
  );
});
