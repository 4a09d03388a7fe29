import { describeTask } from '@mdpd/testing/describe-task';
import { afterAll } from 'vitest';
import { createCaptionFixture } from './testing/caption-fixture.ts';
import { inputs } from './testing/question-fixture.ts';

const fixture = await createCaptionFixture();
afterAll(() => fixture.remove());

const noText = {
  allowed:
    '  allowed: an image file (.jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif), a space and a text',
  first: 'error IMAGE_TEXT_INPUT at "photo.jpg"\n  there is no image with a text\n',
};

describeTask('matching', async () => ({
  task: await fixture.open('matching', { foils: true }),
  inputs,
  augments: true,
  asksAnew: true,
  readable: [`${fixture.image} a red circle`, `${fixture.image} a square left of a circle`],
  unreadable: [
    {
      inputs: ['photo.jpg'],
      text: `${noText.first}${noText.allowed}\n  fix: "photo.jpg a red circle above a star"`,
    },
    {
      inputs: [`${fixture.image} one`, '/none/x.png one'],
      text: 'error IMAGE_UNREADABLE at /none/x.png\n  there is no such file\n  fix: name a file that holds an image',
    },
  ],
}));

describeTask('masked-captions', async () => ({
  task: await fixture.open('masked-captions', { maskRatio: 0.3 }),
  inputs,
  augments: true,
  asksAnew: true,
  readable: [`${fixture.image} a [MASK] circle`, `${fixture.image} a red [MASK] above a square`],
  unreadable: [
    {
      inputs: ['photo.jpg'],
      text: `${noText.first}${noText.allowed}\n  fix: "photo.jpg a [MASK] circle"`,
    },
    {
      inputs: [`${fixture.image} a red circle`],
      text:
        'error TEXT_INPUT at "a red circle"\n  there is no [MASK]\n' +
        '  allowed: a text with [MASK] where a word is to be guessed',
    },
  ],
  unbounded: ['perplexity'],
}));
