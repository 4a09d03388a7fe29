import { describeTask, type TaskSubject } from '@mdpd/testing/describe-task';
import { afterAll } from 'vitest';
import { createGlueFixture } from './testing/glue-fixture.ts';
import { answerConfig, answerInputs, createTextFixture, textInputs } from './testing/text-fixture.ts';
import { mlmProvider } from './mlm-provider.ts';
import { mlmSchema, type MlmData } from './mlm-schema.ts';
import { textProvider } from './text-provider.ts';
import { textSchema, type TextData } from './text-schema.ts';

const glue = createGlueFixture();
const own = createTextFixture<TextData>();
const hidden = createTextFixture<MlmData>();
afterAll(() => {
  glue.remove();
  own.remove();
  hidden.remove();
});

type Said = Pick<TaskSubject, 'readable' | 'unreadable'>;

const single: Said = {
  readable: ['a dull film', 'a great story about a dog in the park', 'no'],
  unreadable: [
    { inputs: ['a dog', ' '], text: 'error TEXT_INPUT at " "\n  the text is empty\n  allowed: one sentence' },
  ],
};
const pair: Said = {
  readable: ['where is it ?\tin the park .', 'a\tb', 'the dog finds a cat in the park .\tno'],
  unreadable: [
    {
      inputs: ['a dog'],
      text: 'error TEXT_INPUT at "a dog"\n  there is one sentence\n  allowed: two sentences with a tab between: $\'first\\tsecond\'',
    },
  ],
};

const tasks: readonly [string, Said][] = [
  ['cola', single],
  ['sst2', single],
  ['mrpc', pair],
  ['stsb', pair],
  ['qqp', pair],
  ['mnli', pair],
  ['qnli', pair],
  ['rte', pair],
  ['wnli', pair],
];

for (const protocol of ['validation', 'half'] as const) {
  for (const [name, said] of tasks) {
    describeTask(`glue ${name}, ${protocol}`, async () => {
      glue.add({ format: 'tsv', tasks: [name] });
      const task = await glue.open({ task: name, protocol });
      return { task, inputs: textInputs, augments: false, ...said };
    });
  }
}

// A backbone with a decoder is asked and answers in words.
const answering = {
  backbone: { family: 't5', config: answerConfig, folder: glue.model },
  inputs: answerInputs,
};
for (const [name, said] of [
  ['sst2', single],
  ['mrpc', pair],
  ['stsb', pair],
  ['mnli', pair],
] as const) {
  describeTask(`glue ${name}, in words`, async () => {
    glue.add({ format: 'tsv', tasks: [name] });
    const task = await glue.open({ task: name }, answering);
    return { task, inputs: answerInputs, augments: false, ...said };
  });
}

const openOwn = (recipe: object): ReturnType<typeof textProvider.open> => {
  const words = ['dog', 'cat', 'film', 'park'];
  const row = (i: number): string =>
    `${'a '.repeat(i % 9)}${words[i % 4]},${words[(3 * i) % 4]},${i % 3},${(i % 5) / 2}`;
  own.write({
    'own.csv': `first,second,kind,score\n${Array.from({ length: 60 }, (_, i) => row(i)).join('\n')}\n`,
  });
  return textProvider.open(
    own.context({
      data: textSchema.parse({
        train: './own.csv',
        validation: 0.2,
        test: './own.csv',
        unlabelled: './own.csv',
        ...recipe,
      }),
    }),
  );
};

describeTask('text of classes', async () => ({
  task: await openOwn({ text: 'first', label: 'kind' }),
  inputs: textInputs,
  augments: false,
  ...single,
}));

describeTask('text of scores', async () => ({
  task: await openOwn({ text: ['first', 'second'], score: 'score' }),
  inputs: textInputs,
  augments: false,
  unbounded: ['mse'],
  ...pair,
}));

describeTask('mlm', async () => {
  const sentence = (i: number): string => 'the dog sees a cat in the park '.repeat(1 + (i % 5));
  hidden.write({ 'own.csv': `text\n${Array.from({ length: 40 }, (_, i) => sentence(i)).join('\n')}\n` });
  const data = mlmSchema.parse({
    train: './own.csv',
    validation: './own.csv',
    test: './own.csv',
    maxLength: 32,
  });
  return {
    task: await mlmProvider.open(hidden.context({ data })),
    inputs: textInputs,
    augments: true,
    asksAnew: true,
    readable: ['a [MASK] film', 'a great story about a [MASK] in the park', '[MASK]'],
    unreadable: [
      {
        inputs: ['a dog'],
        text: 'error TEXT_INPUT at "a dog"\n  there is no [MASK]\n  allowed: a text with [MASK] where a word is to be guessed',
      },
    ],
    unbounded: ['perplexity'],
  };
});
