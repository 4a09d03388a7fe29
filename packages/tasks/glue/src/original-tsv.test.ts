import { formatError, type MdpdError, type TextTable } from '@mdpd/core';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findGlueTask, glueSplit } from './glue-tasks.ts';
import { readOriginal } from './original-tsv.ts';
import { createTextFixture } from './testing/text-fixture.ts';

const fixture = createTextFixture<unknown>();
afterAll(() => fixture.remove());

const read = (
  name: string,
  split: string,
  content: string | Uint8Array,
  rest: { also?: string[]; skip?: boolean } = {},
): Promise<TextTable> => {
  const task = findGlueTask(name);
  const { tsv } = glueSplit(task, split);
  const origin = `${task.folder}/${tsv.file}`;
  fixture.write({ [origin]: content });
  return readOriginal(join(fixture.directory, origin), {
    origin,
    tsv,
    skip: true,
    warn: (message) => fixture.warnings.push(message),
    ...rest,
  });
};
const rowsOf = (table: TextTable): unknown[] => Array.from({ length: table.size }, (_, i) => table.row(i));
const textOf = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run;
    return 'nothing';
  } catch (thrown) {
    return formatError(thrown as MdpdError);
  }
};

describe('readOriginal', () => {
  it('reads CoLA, which has no header, by place', async () => {
    const table = await read('cola', 'train', 'gj04\t1\t\tThey drank.\nbc01\t0\t*\tDrank "they.\n');
    expect(rowsOf(table)).toEqual([
      { sentence: 'They drank.', label: '1' },
      { sentence: 'Drank "they.', label: '0' },
    ]);
    expect(table.place(1)).toBe('CoLA/train.tsv:2');
    const test = await read('cola', 'test', 'index\tsentence\n0\tWho?\n');
    expect(rowsOf(test)).toEqual([{ sentence: 'Who?' }]);
  });

  it('sees a header that somebody has added to CoLA', async () => {
    const table = await read('cola', 'validation', 'sentence\tlabel\nThey drank.\t1\n');
    expect(rowsOf(table)).toEqual([{ sentence: 'They drank.', label: '1' }]);
  });

  it('leaves a BOM, line ends and further columns out, and nothing else', async () => {
    const header = '\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String';
    const table = await read('mrpc', 'train', `${header}\r\n1\t7\t8\t"a\t b \r\n`, {
      also: ['#1 ID', '#2 ID'],
    });
    expect(rowsOf(table)).toEqual([
      { sentence1: '"a', sentence2: ' b ', label: '1', '#1 ID': '7', '#2 ID': '8' },
    ]);
    const spaced = await read('sst2', 'train', 'sentence\tlabel\nhide new secretions \t0\n');
    expect(rowsOf(spaced)).toEqual([{ sentence: 'hide new secretions ', label: '0' }]);
  });

  it('reads published columns under other names by their place', async () => {
    const table = await read('rte', 'train', 'id\tpremise\thypothesis\tgold\n0\ta\tb\tentailment\n');
    expect(rowsOf(table)).toEqual([{ sentence1: 'a', sentence2: 'b', label: 'entailment' }]);
  });

  it('names what is missing, and what there is', async () => {
    expect(await textOf(read('rte', 'train', 'sentence1\tsentence2\tanswer\na\tb\t1\n'))).toBe(
      [
        'error TEXT_COLUMNS at RTE/train.tsv',
        '  there is no column "label"',
        '  allowed: "sentence1", "sentence2", "answer"',
        '  fix: the published train.tsv has 4 columns',
      ].join('\n'),
    );
    // Unknown names in a file of another shape than the published one: places say nothing.
    const wider = 'id\ta\tb\tgenre\tgold\n0\tx\ty\tz\tentailment\n';
    expect(await textOf(read('rte', 'train', wider))).toContain('there is no column "sentence1"');
    for (const nothing of ['', '\n', '\uFEFF\r\n\n']) {
      expect(await textOf(read('sst2', 'train', nothing))).toBe(
        'error TEXT_EMPTY at SST-2/train.tsv\n  the file is empty',
      );
    }
    expect(await textOf(read('sst2', 'train', 'sentence\tlabel\n'))).toBe(
      'error TEXT_EMPTY at SST-2/train.tsv\n  it has no rows',
    );
  });

  it('leaves rows out that lack a cell, or refuses them', async () => {
    const broken =
      'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t1\t2\ta\tb\t1\n2\t1\t2\twhere\nis ?\tb\t1\n';
    const table = await read('qqp', 'train', broken);
    expect(rowsOf(table)).toEqual([{ question1: 'a', question2: 'b', label: '1' }]);
    expect(fixture.warnings.splice(0)).toEqual([
      'QQP/train.tsv: skipped 2 of 3 rows: QQP/train.tsv:3 (the line has 4 of 6 cells, "question2" is missing), QQP/train.tsv:4 (the line has 3 of 6 cells, "question1" is missing)',
    ]);
    expect(await textOf(read('qqp', 'test', 'id\tquestion1\tquestion2\n0\ta\n', { skip: false }))).toBe(
      'error TEXT_ROW at QQP/test.tsv:2\n  the line has 2 of 3 cells, "question2" is missing',
    );
  });

  it('says which line is not UTF-8', async () => {
    const latin = Buffer.concat([
      Buffer.from('index\tsentence\n0\tcaf'),
      Buffer.from([0xe9]),
      Buffer.from('\n1\ta\n'),
    ]);
    expect(await textOf(read('sst2', 'test', latin, { skip: false }))).toBe(
      [
        'error TEXT_ENCODING at SST-2/test.tsv:2',
        '  the line is not UTF-8',
        '  fix: save the file as UTF-8: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW',
      ].join('\n'),
    );
    expect(rowsOf(await read('sst2', 'test', latin))).toEqual([{ sentence: 'a' }]);
    expect(fixture.warnings.splice(0)).toEqual([
      'SST-2/test.tsv: skipped 1 of 2 rows: SST-2/test.tsv:2 (the line is not UTF-8)',
    ]);
  });

  it('says what it cannot read', async () => {
    const { tsv } = glueSplit(findGlueTask('sst2'), 'train');
    const missing = join(fixture.directory, 'none.tsv');
    await expect(
      readOriginal(missing, { origin: 'none.tsv', tsv, skip: true, warn: () => undefined }),
    ).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      place: missing,
    });
  });
});
