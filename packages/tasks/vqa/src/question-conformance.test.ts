import { join } from 'node:path';
import { describeTask } from '@mdpd/testing/describe-task';
import { afterAll } from 'vitest';
import { createQuestionFixture, inputs } from './testing/question-fixture.ts';

const fixture = await createQuestionFixture();
afterAll(() => fixture.remove());

const image = join(fixture.folder, 'images/n10.jpg');
const unreadable = {
  inputs: ['photo.jpg'],
  text: `error IMAGE_TEXT_INPUT at "photo.jpg"
  there is no image with a text
  allowed: an image file (.jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif), a space and a text
  fix: "photo.jpg what colour is the circle?"`,
};
const cases = [
  ['vqa', 'vqa', { minCount: 1 }],
  ['vqa with cross-entropy', 'vqa', { minCount: 1, loss: 'crossEntropy' }],
  ['vqa of a table', 'vqa', { format: 'table', test: 'train.csv' }],
  ['easy-vqa', 'vqa', { format: 'easy-vqa' }],
  ['gqa', 'gqa', {}],
] as const;

for (const [title, name, data] of cases) {
  describeTask(title, async () => ({
    task: await fixture.open(name, data),
    inputs,
    augments: false,
    readable: [`${image} what is the colour?`, `${image} how many?`],
    unreadable: [unreadable],
    unbounded: ['distribution'],
  }));
}
