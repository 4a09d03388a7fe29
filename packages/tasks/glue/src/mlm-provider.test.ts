import {
  formatError,
  type Dataset,
  type LoadOptions,
  type MdpdError,
  type Task,
  type TaskContext,
} from '@mdpd/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mlmProvider } from './mlm-provider.ts';
import { mlmSchema, type MlmData } from './mlm-schema.ts';
import { createTextFixture, plain, registry, wordsOf, type TextFixture } from './testing/text-fixture.ts';

let fixture: TextFixture<MlmData>;
beforeEach(() => {
  fixture = createTextFixture<MlmData>();
});
afterEach(() => fixture.remove());

const open = (recipe: object, given?: Partial<TaskContext<MlmData>>): Promise<Task> =>
  mlmProvider.open(fixture.context({ data: mlmSchema.parse({ maxLength: 8, ...recipe }), ...given }));
const textOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run();
    return 'nothing';
  } catch (thrown) {
    return formatError(thrown as MdpdError);
  }
};
const labelsOf = async (set: Dataset, index: number, options: LoadOptions = plain): Promise<number[]> => [
  ...(await set.load([index], options)).target['labels']!.data,
];

const long = 'the dog sees a cat in the park so they find a bird in the garden';
const files = {
  'train.csv': `text\n${long}\na great film\n`,
  'test.csv': 'text\nthe horse likes the house\n',
};
const recipe = { train: './train.csv', test: './test.csv' };

describe('masked language modelling', () => {
  it('is registered, and guesses words of the backbone', async () => {
    expect(registry.tasks.get('mlm')).toBe(mlmProvider);
    fixture.write(files);
    const task = await open(recipe);
    expect(task).toMatchObject({
      name: 'mlm',
      labels: [],
      head: { kind: 'maskedLm', outputs: fixture.config['vocab_size'] },
      primaryMetric: 'accuracy',
    });
    expect(Object.keys(task.metrics().result())).toEqual(['accuracy', 'perplexity']);
    expect(Object.keys(task.splits)).toEqual(['train', 'test']);
    expect(Object.keys(task.savedFiles())).toContain('vocab.txt');
    expect(task.savedFiles()['mdpd_text.json']).toEqual({ sentences: 1, maxLength: 8 });
  });

  it('cuts long texts into several examples, and loses no word', async () => {
    fixture.write(files);
    const { train } = (await open(recipe)).splits;
    // 16 words in windows of at most 6, and 3 words.
    expect(train!.size).toBe(4);
    const ids = new Map((await wordList()).map((word, id) => [word, id]));
    const words: number[] = [];
    for (let index = 0; index < 3; index++) {
      const { input, target } = await train!.load([index], plain);
      const labels = target['labels']!.data;
      const own = [...input['input_ids']!.data].map((id, at) => (labels[at] === -100 ? id : labels[at]!));
      const length = [...input['attention_mask']!.data].filter((value) => value === 1).length;
      words.push(...own.slice(1, length - 1));
    }
    expect(words).toEqual(long.split(' ').map((word) => ids.get(word)));
  });

  it('hides the same words in evaluation, and others in every epoch, view and run', async () => {
    fixture.write({ 'train.csv': `text\n${`${long} `.repeat(4)}\n` });
    const { train } = (await open({ train: './train.csv', maxLength: 32 })).splits;
    const options = { augment: true, seed: 1, epoch: 1, view: 0 };
    const first = await labelsOf(train!, 1, options);
    expect(await labelsOf(train!, 1, options)).toEqual(first);
    for (const change of [{ seed: 2 }, { epoch: 2 }, { view: 1 }, { augment: false }]) {
      expect(await labelsOf(train!, 1, { ...options, ...change })).not.toEqual(first);
    }
    expect(await labelsOf(train!, 1, { augment: false, seed: 7, epoch: 3 })).toEqual(
      await labelsOf(train!, 1),
    );
  });

  it('hides the share that the recipe says', async () => {
    fixture.write({ 'train.csv': `text\n${`${long} `.repeat(5)}\n` });
    for (const [maskRatio, hidden] of [
      [0.1, 3],
      [0.5, 13],
    ]) {
      const { train } = (await open({ train: './train.csv', maxLength: 32, maskRatio })).splits;
      const counts = (await labelsOf(train!, 0)).filter((label) => label !== -100).length;
      expect(counts).toBe(hidden);
    }
  });

  it('takes evenly spread examples where there is a limit', async () => {
    fixture.write(files);
    const task = await open({ ...recipe, limit: { train: 2 } });
    expect(task.splits.train!.size).toBe(2);
    expect(await wordsOf(task.splits.train!, 1)).toContain('[SEP]');
    expect((await open(recipe, { limit: 1 })).splits.train!.size).toBe(1);
  });
});

describe('predictions', () => {
  it('name the best words of one hidden place, and one word each of several', async () => {
    fixture.write(files);
    const task = await mlmProvider.open(fixture.context());
    const words = await wordList();
    const batch = await task.encode(['the [MASK] is [MASK]']);
    const one = await task.encode(['the [MASK] is sad']);
    const vocabulary = task.head.outputs;
    const outputs = new Float32Array(8 * vocabulary);
    outputs[2 * vocabulary + words.indexOf('dog')] = 9;
    outputs[2 * vocabulary + words.indexOf('cat')] = 8;
    outputs[4 * vocabulary + words.indexOf('sad')] = 7;
    expect(task.decode(outputs, batch.input).value).toBe('dog … sad');
    const { value, probability, top } = task.decode(outputs, one.input);
    expect(value).toBe('dog');
    expect(probability).toBeCloseTo(0.72, 1);
    expect(top!.slice(0, 2).map((each) => each.value)).toEqual(['dog', 'cat']);
    expect(task.decode(outputs).value).toContain('dog');
  });
});

describe('errors', () => {
  it('name what cannot be read', async () => {
    fixture.write({ ...files, 'hole.csv': 'text,kind\na dog,1\n,2\n', 'foreign.csv': 'text\nxyz\n' });
    expect(await textOf(() => open({ ...recipe, text: 'body' }))).toBe(
      'error TEXT_COLUMNS at ./train.csv\n  there is no column "body"\n  allowed: "text"',
    );
    expect(await textOf(() => open({ ...recipe, train: './hole.csv' }))).toBe(
      'error TEXT_ROW at ./hole.csv:3\n  there is no text in column "text"\n  allowed: text and label in every row\n' +
        '  fix: correct the row, or leave out all rows like it: data.onInvalid=skip',
    );
    expect(await textOf(() => open({ ...recipe, train: './foreign.csv' }))).toBe(
      'error TEXT_EMPTY\n  the tokenizer knows no word of ./foreign.csv\n  allowed: 1 texts were read\n' +
        '  fix: is it the language of the tokenizer, and the column of the text?',
    );
  });

  it('refuse a tokenizer that hides nothing', async () => {
    const vocabulary = '[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\ndog\n';
    fixture.write({ ...files, 'other/vocab.txt': vocabulary });
    const config = { model_type: 'bert', vocab_size: 6 };
    const run = (): Promise<Task> =>
      open({ ...recipe, tokenizer: 'other' }, { backbone: { family: 'bert', config } });
    expect(await textOf(run)).toBe(
      'error TOKENIZER_MASK at data.tokenizer\n  the tokenizer has no token that hides others\n' +
        '  allowed: a tokenizer with mask_token, such as [MASK]\n' +
        '  fix: take one of a model that was pretrained by guessing hidden words: BERT, RoBERTa, DistilBERT',
    );
  });

  it('want something to guess in what is typed', async () => {
    const task = await mlmProvider.open(fixture.context());
    expect(await textOf(() => task.encode(['the dog']))).toBe(
      'error TEXT_INPUT at "the dog"\n  there is no [MASK]\n  allowed: a text with [MASK] where a word is to be guessed',
    );
  });

  it.each([
    [{ maskRatio: 0 }, 'maskRatio'],
    [{ maskRatio: 0.95 }, 'maskRatio'],
    [{ label: 'kind' }, 'label'],
    [{ maxLength: 2 }, 'maxLength'],
  ])('of the recipe: %j', (change, key) => {
    const { error } = mlmSchema.safeParse({ train: 'x.csv', ...change });
    expect(error!.issues[0]!.path[0] ?? error!.issues[0]!.message).toContain(key);
  });
});

/** Words of the fixture's tokenizer by id. */
async function wordList(): Promise<string[]> {
  const task = await mlmProvider.open(fixture.context());
  const { model } = task.savedFiles()['tokenizer.json'] as unknown as {
    model: { vocab: Record<string, number> };
  };
  return Object.entries(model.vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([word]) => word);
}
