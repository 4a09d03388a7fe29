import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { cardMetadata, frontMatter, hasClass, metadataText, type MetadataFacts } from './card-metadata.ts';
import { exampleResult } from './testing/example-result.ts';

const facts: MetadataFacts = {
  result: exampleResult({
    metrics: { primary: 'accuracy', faded: { accuracy: 0.801, f1_macro: 1e-7 }, side: null },
  }),
  architecture: 'BertForSequenceClassification',
  kind: 'classification',
  data: { train: './train.csv', test: './test.csv' },
  testOrigin: './test.csv',
};

it('names the starting model and the data set where they are of the Hub, with its commit', () => {
  const commit = 'a'.repeat(40);
  const metadata = cardMetadata({
    ...facts,
    result: exampleResult({ backbone: 'hub:google-bert/bert-base-uncased' }),
    data: { folder: `hub:nyu-mll/glue@${commit}`, dataset: 'sst2' },
    testOrigin: 'hub:nyu-mll/glue sst2 test',
    license: { metadata: { license: 'apache-2.0' } },
  });
  expect(metadata).toMatchObject({
    pipeline_tag: 'text-classification',
    license: 'apache-2.0',
    base_model: 'google-bert/bert-base-uncased',
    base_model_relation: 'finetune',
    datasets: ['nyu-mll/glue'],
    'model-index': [
      {
        results: [
          {
            task: { type: 'text-classification' },
            dataset: {
              type: 'nyu-mll/glue',
              name: 'hub:nyu-mll/glue sst2 test',
              revision: commit,
              split: 'test',
            },
          },
        ],
      },
    ],
  });
});

it('names neither where they are not', () => {
  const metadata = cardMetadata(facts);
  for (const key of ['base_model', 'datasets', 'license', 'language'])
    expect(metadata).not.toHaveProperty(key);
  // Two data sets are none: a result is of one.
  const two = cardMetadata({ ...facts, data: { train: 'hub:a/b', test: 'hub:c/d' } });
  expect(two['datasets']).toEqual(['a/b', 'c/d']);
  expect(JSON.stringify(two['model-index'])).toContain('"dataset":{"type":"mnist"');
});

it('says that transformers loads what it loads whole', () => {
  expect(hasClass({ architecture: 'ViTForImageClassification', kind: 'classification' })).toBe(true);
  expect(hasClass({ architecture: 'CLIPModel', kind: 'embeddings' })).toBe(true);
  expect(hasClass({ architecture: 'CLIPModel', kind: 'vqa' })).toBe(false);
  expect(hasClass({ architecture: 'ViltModel', kind: 'box' })).toBe(false);
  const metadata = cardMetadata({ ...facts, architecture: 'ViltModel', kind: 'box' });
  expect(metadata).not.toHaveProperty('library_name');
  expect(metadata).not.toHaveProperty('pipeline_tag');
});

it.each([
  'yes',
  'No',
  'null',
  '~',
  '1',
  '1_000',
  '0o17',
  '0x1f',
  '1:30:00',
  '2026-11-27',
  '.inf',
  '1e3',
  '- a',
  'a: b',
  'a #b',
  '*a',
  '&a',
  '!!python/object:os.system',
  '{a}',
  '"',
  "'",
  '\\',
  '%',
  '@x',
  '---',
  '...',
  ' a ',
  '',
  'one\n---\ntwo',
  'x'.repeat(200) + '\n\n' + 'y'.repeat(200),
  'größer 猫 \u0000 \u0085 \u2028 \ufeff 😀',
  '<<',
  '=',
])('keeps %j as it is for readers of YAML 1.1 and 1.2', (name) => {
  const metadata = { name, list: [name], number: 0.5, small: 1e-7, large: -2.5e21 };
  const text = metadataText(frontMatter(metadata))!;
  expect(parse(text)).toEqual(metadata);
  expect(parse(text, { version: '1.1' })).toEqual(metadata);
  expect(text.match(/^(---|\.\.\.)/m)).toBeNull();
  expect(text.trimEnd().split('\n')).toHaveLength(6);
  expect(text).toContain('small: 1.0e-7\nlarge: -2.5e+21\n');
});
