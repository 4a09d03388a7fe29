import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGlueTask, glueTasks } from '../glue-tasks.ts';
import { splitExamples, writeGlueFixtures } from './glue-fixtures.ts';
import { fixtureExamples } from './glue-grammar.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mdpd-fixtures-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lines = (path: string): string[][] =>
  readFileSync(join(folder, path), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));

describe('the original layout', () => {
  beforeEach(() => writeGlueFixtures(folder, { format: 'tsv' }));

  it('has the folders and files of the archives', () => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        join(parentPath, name)
          .slice(folder.length + 1)
          .replaceAll('\\', '/'),
      );
    const three = (name: string): string[] => ['train', 'dev', 'test'].map((split) => `${name}/${split}.tsv`);
    const mnli = ['train', 'dev_matched', 'dev_mismatched', 'test_matched', 'test_mismatched'];
    expect(files.sort()).toEqual(
      [
        ...['CoLA', 'SST-2', 'MRPC', 'STS-B', 'QQP', 'QNLI', 'RTE', 'WNLI'].flatMap(three),
        ...mnli.map((split) => `MNLI/${split}.tsv`),
        'diagnostic/diagnostic.tsv',
      ].sort(),
    );
  });

  it.each([
    ['CoLA/train.tsv', 'gj04'],
    ['CoLA/test.tsv', 'index sentence'],
    ['SST-2/train.tsv', 'sentence label'],
    ['SST-2/test.tsv', 'index sentence'],
    ['MRPC/train.tsv', '\uFEFFQuality #1 ID #2 ID #1 String #2 String'],
    ['MRPC/test.tsv', '\uFEFFindex #1 ID #2 ID #1 String #2 String'],
    ['STS-B/dev.tsv', 'index genre filename year old_index source1 source2 sentence1 sentence2 score'],
    ['STS-B/test.tsv', 'index genre filename year old_index source1 source2 sentence1 sentence2'],
    ['QQP/train.tsv', 'id qid1 qid2 question1 question2 is_duplicate'],
    ['QQP/test.tsv', 'id question1 question2'],
    ['QNLI/dev.tsv', 'index question sentence label'],
    ['RTE/test.tsv', 'index sentence1 sentence2'],
    ['WNLI/train.tsv', 'index sentence1 sentence2 label'],
    ['diagnostic/diagnostic.tsv', 'index sentence1 sentence2'],
  ])('%s begins with %s', (path, header) => {
    expect(lines(path)[0]!.join(' ').startsWith(header)).toBe(true);
  });

  it('has 12, 16 and 10 columns in MNLI, and people who disagree', () => {
    expect(
      ['train', 'dev_mismatched', 'test_matched'].map((split) => lines(`MNLI/${split}.tsv`)[1]!.length),
    ).toEqual([12, 16, 10]);
    for (const row of lines('MNLI/dev_matched.tsv').slice(1))
      expect(row.slice(10, 15)).not.toContain(row[15]);
  });

  it('has a space after training sentences of SST-2, quotes that never close, and broken rows of QQP', () => {
    for (const [sentence] of lines('SST-2/train.tsv').slice(1)) expect(sentence).toMatch(/ $/);
    const texts = lines('RTE/train.tsv').map(([, first]) => first!);
    expect(texts.filter((text) => text.split('"').length === 2)).toHaveLength(10);
    expect(lines('QQP/train.tsv').filter((row) => row.length < 6)).toHaveLength(12);
    expect(lines('QQP/test.tsv').filter((row) => row.length < 3)).toHaveLength(0);
  });
});

describe('Parquet', () => {
  it("is as Hugging Face's: snappy, dictionaries, class names, −1 for no label", async () => {
    writeGlueFixtures(folder, { format: 'parquet', tasks: ['wnli', 'stsb'] });
    const file = await asyncBufferFromFile(join(folder, 'wnli/test-00000-of-00001.parquet'));
    const metadata = await parquetMetadataAsync(file);
    const columns = metadata.row_groups.flatMap((group) => group.columns.map(({ meta_data }) => meta_data!));
    expect(columns.map(({ path_in_schema: [name], type }) => [name, type])).toEqual([
      ['sentence1', 'BYTE_ARRAY'],
      ['sentence2', 'BYTE_ARRAY'],
      ['label', 'INT64'],
      ['idx', 'INT32'],
    ]);
    expect(new Set(columns.map(({ codec }) => codec))).toEqual(new Set(['SNAPPY']));
    expect(columns[2]!.encodings).toContain('RLE_DICTIONARY');
    const { value } = metadata.key_value_metadata!.find(({ key }) => key === 'huggingface')!;
    expect(JSON.parse(value!).info.features.label).toEqual({
      names: ['not_entailment', 'entailment'],
      _type: 'ClassLabel',
    });
    const rows = await parquetReadObjects({ file });
    expect(new Set(rows.map(({ label }) => label))).toEqual(new Set([-1n]));
    const scores = await asyncBufferFromFile(join(folder, 'stsb/validation-00000-of-00001.parquet'));
    const [first] = await parquetReadObjects({ file: scores });
    expect(typeof first!['label']).toBe('number');
  });
});

describe('the grammar', () => {
  it('gives every class its turn, and the same examples every time', () => {
    for (const task of glueTasks) {
      const examples = fixtureExamples(task, 'train', 60);
      expect(fixtureExamples(task, 'train', 60)).toEqual(examples);
      expect(fixtureExamples(task, 'train', 60, 1)).not.toEqual(examples);
      expect(fixtureExamples(task, 'validation', 60)).not.toEqual(examples);
      expect(examples.every(({ second }) => (second === undefined) === (task.sentences === 1))).toBe(true);
      if (task.kind !== 'classification') continue;
      const counts = task.labels.map((_, label) => examples.filter((each) => each.label === label).length);
      expect(new Set(counts)).toEqual(new Set([60 / task.labels.length]));
    }
  });

  it('has scores from 0 to 5', () => {
    const scores = splitExamples(findGlueTask('stsb'), 'train', { format: 'tsv', sizes: { train: 200 } });
    const all = scores.map(({ label }) => label);
    expect([Math.min(...all), Math.max(...all)]).toEqual([0, 5]);
  });
});
