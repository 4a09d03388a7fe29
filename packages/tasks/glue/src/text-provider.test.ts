import { parquetWriteBuffer } from 'hyparquet-writer';
import { formatError, type MdpdError, type Task, type TaskContext, type TextSource } from '@mdpd/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryTable } from './testing/memory-table.ts';
import {
  createTextFixture,
  plain,
  registry,
  targetsOf,
  wordsOf,
  type TextFixture,
} from './testing/text-fixture.ts';
import { textProvider } from './text-provider.ts';
import { textSchema, type TextData } from './text-schema.ts';

let fixture: TextFixture<TextData>;
beforeEach(() => {
  fixture = createTextFixture<TextData>();
});
afterEach(() => fixture.remove());

const open = (recipe: object, given?: Partial<TaskContext<TextData>>): Promise<Task> =>
  textProvider.open(fixture.context({ data: textSchema.parse({ maxLength: 16, ...recipe }), ...given }));
const textOf = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run;
    return 'nothing';
  } catch (thrown) {
    return formatError(thrown as MdpdError);
  }
};
const sizesOf = (task: Task): Record<string, number> =>
  Object.fromEntries(Object.entries(task.splits).map(([name, { size }]) => [name, size]));

const mails = 'body,kind\nbuy now,spam\n"hello, friend",ham\ncheap cheap,spam\nmeeting tomorrow,ham\n';
const files = { 'train.csv': mails, 'test.csv': 'kind,body\nham,hello\nspam,free\n' };
const recipe = { train: './train.csv', test: './test.csv', text: 'body', label: 'kind' };

describe('the plugin', () => {
  it('registers the task', () => {
    expect(registry.tasks.get('text')).toBe(textProvider);
  });
});

describe('classes', () => {
  it('are those of the training rows, sorted', async () => {
    fixture.write(files);
    const task = await open(recipe);
    expect(task).toMatchObject({
      name: 'text',
      labels: ['ham', 'spam'],
      head: { kind: 'classification', outputs: 2 },
      primaryMetric: 'accuracy',
    });
    expect(sizesOf(task)).toEqual({ train: 4, test: 2 });
    expect(await targetsOf(task, 'train', 'label')).toEqual([1, 0, 1, 0]);
    expect(await targetsOf(task, 'test', 'label')).toEqual([0, 1]);
    expect(await wordsOf(task.splits.train!, 3)).toBe('[CLS] meeting tomorrow [SEP]');
    expect(Object.keys(task.metrics().result())).toEqual(['accuracy', 'f1', 'matthews_correlation']);
    expect(fixture.warnings).toEqual([]);
  });

  it('are read from every kind of file', async () => {
    const rows = [
      ['buy now', 'spam'],
      ['hello "friend', 'ham'],
    ] as const;
    const objects = rows.map(([body, kind]) => ({ body, kind }));
    const columnData = [
      { name: 'body', data: rows.map(([body]) => body), type: 'STRING' as const },
      { name: 'kind', data: rows.map(([, kind]) => kind), type: 'STRING' as const },
    ];
    fixture.write({
      'a.tsv': `body\tkind\n${rows.map((row) => row.join('\t')).join('\n')}\n`,
      'a.csv': 'body,kind\nbuy now,spam\n"hello ""friend",ham\n',
      'a.jsonl': objects.map((row) => JSON.stringify(row)).join('\n'),
      'a.json': JSON.stringify(objects),
      'a.parquet': new Uint8Array(parquetWriteBuffer({ columnData })),
    });
    for (const ending of ['tsv', 'csv', 'jsonl', 'json', 'parquet']) {
      const task = await open({ ...recipe, train: `./a.${ending}`, test: undefined });
      expect([task.labels, await wordsOf(task.splits.train!, 1)], ending).toEqual([
        ['ham', 'spam'],
        '[CLS] hello " friend [SEP]',
      ]);
    }
  });

  it('are those that a file names', async () => {
    const features = { kind: { names: ['spam', 'ham', 'other'], _type: 'ClassLabel' } };
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: 'body', data: ['buy', 'hello'], type: 'STRING' },
        { name: 'kind', data: BigInt64Array.of(0n, 1n), type: 'INT64' },
      ],
      kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }],
    });
    fixture.write({ 'mails.parquet': new Uint8Array(buffer), ...files });
    const task = await open({ ...recipe, train: './mails.parquet' });
    expect(task.labels).toEqual(['spam', 'ham', 'other']);
    expect(await targetsOf(task, 'test', 'label')).toEqual([1, 0]);
    expect(Object.keys(task.metrics().result())).toEqual(['accuracy', 'f1_macro', 'matthews_correlation']);
  });

  it('of a saved model count, and are found without training', async () => {
    fixture.write(files);
    const task = await open(recipe, { labels: ['spam', 'ham', 'news'], splits: ['test'] });
    expect([task.labels, sizesOf(task)]).toEqual([['spam', 'ham', 'news'], { test: 2 }]);
    expect(await targetsOf(task, 'test', 'label')).toEqual([1, 0]);
    // Without them training says which classes there are.
    const fresh = await open(recipe, { splits: ['test'] });
    expect([fresh.labels, sizesOf(fresh)]).toEqual([['ham', 'spam'], { test: 2 }]);
  });

  it('that training lacks are named with file and row', async () => {
    fixture.write({ ...files, 'test.csv': 'kind,body\nham,hello\nnews,free\n' });
    expect(await textOf(open(recipe))).toBe(
      [
        'error TEXT_LABEL at ./test.csv:3',
        '  the class "news" is none of the model\'s classes',
        '  allowed: ham, spam',
        '  fix: add examples of it to the training data, or remove the row',
      ].join('\n'),
    );
    expect(await textOf(open({ ...recipe, test: undefined }, { labels: ['ham', 'eggs'] }))).toContain(
      'error TEXT_LABEL at ./train.csv:2',
    );
  });
});

describe('scores and pairs', () => {
  it('are read', async () => {
    fixture.write({
      'train.jsonl': [
        { q: 'where is it ?', a: 'in the park .', stars: 4.5 },
        { q: 'where ?', a: 'no', stars: '1' },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    });
    const task = await open({ train: './train.jsonl', text: ['q', 'a'], score: 'stars' });
    expect(task).toMatchObject({
      labels: ['score'],
      head: { kind: 'regression', outputs: 1 },
      primaryMetric: 'pearson',
    });
    expect(await targetsOf(task, 'train', 'score')).toEqual([4.5, 1]);
    expect(await wordsOf(task.splits.train!, 0)).toBe('[CLS] where is it ? [SEP] in the park . [SEP]');
    expect(Object.keys(task.metrics().result())).toEqual(['pearson', 'spearmanr', 'mse']);
    expect(task.savedFiles()['mdpd_text.json']).toEqual({ sentences: 2, maxLength: 16 });
    expect(fixture.warnings).toEqual([]);
  });

  it('must differ, and may be too large to reach', async () => {
    fixture.write({ 'a.csv': 'body,price\nbuy,100\nfree,250\n', 'b.csv': 'body,price\nbuy,1\nfree,1\n' });
    await open({ train: './a.csv', text: 'body', score: 'price' });
    expect(fixture.warnings).toEqual([
      'scores of ./a.csv reach 250: outputs begin at 0 and may take long to get there; divide them first',
    ]);
    expect(await textOf(open({ train: './b.csv', text: 'body', score: 'price' }))).toBe(
      'error DATA_CLASSES at data.train\n  all 2 scores of ./b.csv are equal: there is nothing to learn',
    );
  });
});

describe('splits', () => {
  const many = `body,kind\n${Array.from({ length: 40 }, (_, i) => `${'a '.repeat(i % 7)}dog,${i % 2 ? 'b' : 'a'}`).join('\n')}\n`;

  it('are shares of training where the recipe says so', async () => {
    fixture.write({ 'train.csv': many });
    const cut = { train: './train.csv', validation: 0.1, test: 0.25, text: 'body', label: 'kind' };
    const task = await open(cut);
    expect(sizesOf(task)).toEqual({ train: 26, validation: 4, test: 10 });
    const rows = async (of: Task, name: 'train' | 'validation' | 'test'): Promise<string[]> =>
      Promise.all(
        Array.from({ length: of.splits[name]!.size }, async (_, i) => {
          const { target } = await of.splits[name]!.load([i], plain);
          return `${await wordsOf(of.splits[name]!, i)} ${target['label']!.data[0]}`;
        }),
      );
    const all = [
      ...(await rows(task, 'train')),
      ...(await rows(task, 'validation')),
      ...(await rows(task, 'test')),
    ];
    const whole = await open({ ...cut, validation: undefined, test: undefined });
    expect(all.sort()).toEqual((await rows(whole, 'train')).sort());
    const only = await open(cut, { splits: ['test'], labels: ['a', 'b'] });
    expect([sizesOf(only), await rows(only, 'test')]).toEqual([{ test: 10 }, await rows(task, 'test')]);
    const other = await open({ ...cut, splitSeed: 1 });
    expect(await rows(other, 'test')).not.toEqual(await rows(task, 'test'));
    fixture.write({ 'train.csv': 'body,kind\na,a\nb,b\n' });
    expect(await textOf(open({ ...cut, validation: 0.5, test: 0.5 }))).toBe(
      'error DATA_SPEC at data.train\n  shares of 2 examples leave none to train on',
    );
  });

  it('may be slices, joined, limited, and without labels', async () => {
    fixture.write({ 'train.csv': many, 'more.csv': 'body\nhello\nfriend\n' });
    const task = await open({
      train: './train.csv[:20] + ./train.csv[30:]',
      validation: './train.csv[20:30]',
      unlabelled: './more.csv',
      text: 'body',
      label: 'kind',
      limit: { validation: 4 },
    });
    expect(sizesOf(task)).toEqual({ train: 30, validation: 4, unlabelled: 2 });
    expect(await targetsOf(task, 'unlabelled', 'label')).toEqual([]);
    const smoke = await open({ train: './train.csv', text: 'body', label: 'kind' }, { limit: 6 });
    expect(sizesOf(smoke)).toEqual({ train: 6 });
  });

  it('come from sources, too', async () => {
    const rows = [
      ['buy now', 'spam'],
      ['hello', 'ham'],
    ];
    const toy: TextSource = {
      name: 'toy',
      description: 'for tests',
      splits: { train: 2, test: 2 },
      open: async (split) => memoryTable(`toy:${split}`, ['body', 'kind'], rows),
    };
    const given = { textSources: [toy] };
    const task = await open({ ...recipe, train: 'toy:train', test: 'toy:test[:1]' }, given);
    expect([sizesOf(task), task.labels]).toEqual([{ train: 2, test: 1 }, ['ham', 'spam']]);
    expect(await textOf(open({ ...recipe, train: 'toy:trian' }, given))).toContain('did you mean "train"?');
  });
});

describe('bad input', () => {
  it.each<[string, Record<string, string | Uint8Array>, object, string]>([
    [
      'a missing file',
      {},
      {},
      'error DATA_MISSING at data.train\n  there is no file or folder "./train.csv"\n  fix: looked for DIR/train.csv; relative paths start where the command is run',
    ],
    ['an empty file', { 'train.csv': '' }, {}, 'error TEXT_EMPTY at ./train.csv\n  the file is empty'],
    [
      'a file without rows',
      { 'train.csv': 'body,kind\n' },
      {},
      'error TEXT_EMPTY at ./train.csv\n  it has no rows',
    ],
    [
      'a missing column',
      { 'train.csv': 'text,kind\na,b\n' },
      {},
      'error TEXT_COLUMNS at ./train.csv\n  there is no column "body"\n  allowed: "text", "kind"',
    ],
    [
      'an empty sentence',
      { 'train.csv': 'body,kind\nbuy,spam\n ,ham\n' },
      {},
      'error TEXT_ROW at ./train.csv:3\n  there is no text in column "body"\n  allowed: text and label in every row\n  fix: correct the row, or leave out all rows like it: data.onInvalid=skip',
    ],
    [
      'a single class',
      { 'train.csv': 'body,kind\nbuy,spam\nfree,spam\n' },
      {},
      'error DATA_CLASSES at data.label\n  all 2 examples of ./train.csv are of one class, "spam"\n  fix: name a column with two classes or more',
    ],
    [
      'text that is not UTF-8',
      {
        'train.csv': Buffer.concat([
          Buffer.from('body,kind\ncaf'),
          Buffer.from([0xe9]),
          Buffer.from(',spam\n'),
        ]),
      },
      {},
      'error TEXT_ENCODING at ./train.csv:2\n  the cell of "body" is not UTF-8\n  fix: save the file as UTF-8: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW',
    ],
    [
      'a score that is no number',
      { 'train.csv': 'body,kind\nbuy,much\n' },
      { label: undefined, score: 'kind' },
      'error TEXT_ROW at ./train.csv:2\n  the score in column "kind" is "much"\n  allowed: text and label in every row\n  fix: correct the row, or leave out all rows like it: data.onInvalid=skip',
    ],
  ])('%s', async (_name, content, rest, expected) => {
    fixture.write(content);
    const said = await textOf(open({ ...recipe, test: undefined, ...rest }));
    expect(said.replaceAll(fixture.directory, 'DIR')).toBe(expected);
  });

  it('is left out where the recipe says so', async () => {
    fixture.write({ 'train.csv': 'body,kind\nbuy,spam\n,ham\nhello\nfriend,ham\nfree,\n' });
    const task = await open({ ...recipe, test: undefined, onInvalid: 'skip' });
    expect(sizesOf(task)).toEqual({ train: 2 });
    expect(fixture.warnings).toEqual([
      './train.csv: skipped 1 of 5 rows: ./train.csv:4 (the row has 1 cells instead of 2)',
      './train.csv: left out 2 of 4 rows without text or label: ./train.csv:3, ./train.csv:6',
    ]);
  });

  it("is another model's tokenizer", async () => {
    fixture.write(files);
    const { backbone } = fixture.context();
    const config = { ...backbone.config, vocab_size: 60 };
    expect(await textOf(open(recipe, { backbone: { ...backbone, config } }))).toBe(
      [
        `error TOKENIZER_VOCABULARY at ${fixture.model}`,
        `  the tokenizer has ${String(backbone.config['vocab_size'])} tokens, the checkpoint embeddings for 60`,
        '  allowed: at most 60 tokens',
        '  fix: take the tokenizer files from the same model as the checkpoint',
      ].join('\n'),
    );
  });
});

describe('a saved model', () => {
  it('reads what a user types as training read texts', async () => {
    fixture.write(files);
    const task = await open(recipe);
    const saved = await textProvider.open(
      fixture.context({
        labels: task.labels,
        backboneFiles: { 'mdpd_text.json': { sentences: 1, maxLength: 8 } },
      }),
    );
    expect(saved).toMatchObject({
      name: 'text',
      labels: ['ham', 'spam'],
      splits: {},
      primaryMetric: 'accuracy',
    });
    expect((await saved.encode(['buy now'])).input).toEqual(
      (await task.splits.train!.load([0], plain)).input,
    );
    expect((await saved.encode(['a '.repeat(30)])).input['input_ids']!.shape).toEqual([1, 8]);
    expect(await textOf(saved.encode(['']))).toBe(
      'error TEXT_INPUT at ""\n  the text is empty\n  allowed: one sentence',
    );
    expect(await textOf(textProvider.open(fixture.context()))).toContain(
      'the model does not say which classes',
    );
  });
});
