import { join } from 'node:path';
import { describeTask } from '@mdpd/testing/describe-task';
import { afterAll, beforeAll } from 'vitest';
import { useBackend } from '@mdpd/tensor/backend';
import { createTaskFixture } from './testing/task-fixture.ts';

const fixture = createTaskFixture();

beforeAll(() => useBackend('wasm'));
afterAll(() => fixture.remove());

describeTask('vtab', async () => {
  const grey = (split: string, first: number): [string, number][] =>
    ['cat', 'dog', 'owl'].flatMap((name, label) =>
      [0, 1, 2, 3].map((i): [string, number] => [`${split}/${name}/${i}.png`, first + 60 * label + 5 * i]),
    );
  const images = ['train', 'validation', 'test', 'unlabelled'].flatMap((split, index) =>
    grey(split, 10 + index),
  );
  await fixture.addImages(Object.fromEntries(images));
  const context = fixture.context();
  const task = await fixture.open({
    train: 'train',
    validation: 'validation',
    test: 'test',
    unlabelled: 'unlabelled',
    augment: { shift: 2, brightness: 0.3 },
  });
  const missing = join(fixture.directory, 'missing.png');
  return {
    task,
    inputs: context.inputs,
    augments: true,
    readable: ['test/cat/0.png', 'test/dog/1.png'].map((name) => join(fixture.directory, name)),
    unreadable: [
      {
        inputs: [missing],
        text: `error IMAGE_UNREADABLE at ${missing}\n  there is no such file\n  fix: name files that hold an image: photo.jpg`,
      },
    ],
  };
});
