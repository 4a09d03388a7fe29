import { join } from 'node:path';
import { useBackend } from '@mdpd/tensor/backend';
import { describeTask } from '@mdpd/testing/describe-task';
import { afterAll, beforeAll } from 'vitest';
import { createReferFixture } from './testing/refer-fixture.ts';

const fixture = createReferFixture();

beforeAll(() => useBackend('wasm'));
afterAll(() => fixture.remove());

describeTask('refcoco', async () => {
  await fixture.addImages('data/train2014');
  const task = await fixture.open({
    name: 'refcoco',
    root: 'data',
    validation: 'val',
    test: ['val', 'testA', 'testB'],
  });
  const photo = (index: number): string => {
    return join(
      fixture.directory,
      'data/train2014',
      `COCO_train2014_${['000000581857', '000000098304'][index]}.jpg`,
    );
  };
  return {
    task,
    inputs: fixture.context().inputs,
    augments: false,
    readable: [`${photo(0)} the red circle`, `${photo(1)} star`],
    unreadable: [
      {
        inputs: ['the red circle'],
        text:
          'error IMAGE_TEXT_INPUT at "the red circle"\n  there is no image with a text\n' +
          '  allowed: an image file (.jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif), a space and a text\n' +
          '  fix: "photo.jpg the red circle on the left"',
      },
      {
        inputs: [`${photo(0)} one`, '/none/x.png one'],
        text: 'error IMAGE_UNREADABLE at /none/x.png\n  there is no such file\n  fix: name a file that holds an image',
      },
    ],
  };
});
