import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSplit, requireSplit, type SplitFiles } from './glue-folder.ts';
import { findGlueTask, glueSplit, glueTasks } from './glue-tasks.ts';
import { writeGlueFixtures, type GlueFormat } from './testing/glue-fixtures.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mdpd-glue-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const add = (...files: string[]): void => {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
};
const find = (name: string, split: string, root = folder): Promise<SplitFiles | undefined> => {
  const task = findGlueTask(name);
  return findSplit(root, task, glueSplit(task, split));
};

describe('findSplit', () => {
  it.each<[GlueFormat, SplitFiles['layout']]>([
    ['tsv', 'original'],
    ['parquet', 'named'],
    ['converter', 'named'],
    ['jsonl', 'named'],
  ])('finds every split of every task: %s', async (format, layout) => {
    const sizes = { train: 2, validation: 2, test: 2 };
    writeGlueFixtures(folder, { format, sizes });
    for (const task of glueTasks) {
      for (const split of task.splits) {
        const found = await findSplit(folder, task, split);
        expect(found, `${task.name} ${split.name}`).toMatchObject({ layout, files: [expect.any(String)] });
      }
    }
  });

  it('finds Parquet in parts, in order', async () => {
    add(
      'qqp/train-00001-of-00002.parquet',
      'qqp/train-00000-of-00002.parquet',
      'qqp/validation/0001.parquet',
    );
    add('qqp/validation/0000.parquet', 'qqp/validation/notes.txt', 'qqp/train-extra.parquet');
    expect(await find('qqp', 'train')).toEqual({
      layout: 'named',
      files: [0, 1].map((part) => join(folder, `qqp/train-0000${part}-of-00002.parquet`)),
      origin: 'qqp/train (2 files)',
    });
    expect((await find('qqp', 'validation'))!.files).toEqual(
      [0, 1].map((part) => join(folder, `qqp/validation/000${part}.parquet`)),
    );
    expect(await find('qqp', 'test')).toBeUndefined();
    add('qqp/test-00001-of-00002.parquet');
    expect(await find('qqp', 'test'), 'a part is missing').toBeUndefined();
  });

  it("finds MNLI's splits in configurations of their own", async () => {
    add('mnli_mismatched/validation-00000-of-00001.parquet');
    expect((await find('mnli', 'validation_mismatched'))!.origin).toBe(
      'mnli_mismatched/validation-00000-of-00001.parquet',
    );
    expect(await find('mnli', 'validation_matched')).toBeUndefined();
  });

  it("takes the task's own folder for the root", async () => {
    add('SST-2/train.tsv', 'sst2/train.jsonl');
    const own = await find('sst2', 'train', join(folder, 'SST-2'));
    expect(own).toEqual({
      layout: 'original',
      files: [join(folder, 'SST-2/train.tsv')],
      origin: 'SST-2/train.tsv',
    });
    expect((await find('sst2', 'train', join(folder, 'sst2')))!.origin).toBe('sst2/train.jsonl');
  });

  it("takes Microsoft's files where MRPC has not been cut", async () => {
    writeGlueFixtures(folder, { format: 'tsv', tasks: ['mrpc'], uncutMrpc: true });
    for (const [split, file] of [
      ['train', 'msr_paraphrase_train.txt'],
      ['validation', 'msr_paraphrase_train.txt'],
      ['test', 'msr_paraphrase_test.txt'],
    ] as const) {
      expect(await find('mrpc', split)).toEqual({
        layout: 'uncut',
        files: [join(folder, 'MRPC', file)],
        origin: `MRPC/${file}`,
      });
    }
    add('MRPC/train.tsv');
    expect((await find('mrpc', 'train'))!.layout).toBe('original');
  });
});

describe('requireSplit', () => {
  it('says what was looked for', async () => {
    const task = findGlueTask('mnli');
    await expect(
      requireSplit(folder, task, glueSplit(task, 'validation_matched'), 'data.root'),
    ).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: 'there is no file for the validation_matched split of MNLI',
      place: 'data.root',
      allowed: `MNLI/dev_matched.tsv, mnli/validation_matched-00000-of-00001.parquet, mnli/validation_matched/0000.parquet, mnli/validation_matched.jsonl in ${folder}`,
      fix: 'put GLUE there (docs/text.md has the layouts), or name where it is: data.root=…',
      exitCode: 2,
    });
  });
});
