import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TextSource, TextTable } from '@mdpd/core';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { openTable, type OpenTableOptions } from './open-table.ts';
import { rowsOf } from './testing/rows-of.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const folder = scratchFolder();
afterAll(() => folder.remove());

const toy: TextSource = {
  name: 'toy',
  description: 'three rows',
  splits: { train: 3 },
  open: (split, { directory }): Promise<TextTable> =>
    Promise.resolve({
      size: 3,
      origin: `toy:${split}`,
      columns: ['text', 'label'],
      row: (index) => ({ text: `toy ${index} ${directory === folder.path}`, label: String(index) }),
      place: (index) => `toy:${split}[${index}]`,
    }),
};

const open = (spec: string, options: Partial<OpenTableOptions> = {}) =>
  openTable(spec, { sources: [toy], directory: folder.path, place: 'data.train', ...options });

const textsOf = (table: TextTable) => rowsOf(table).map((row) => row['text']);

folder.save('a.tsv', 'text\tlabel\none\t1\ntwo\t2\nthree\t3\nfour\t4\n');
folder.save('b.csv', 'text,label\n"five, six",5\n');
folder.save('c.jsonl', '{"text":"seven","label":"7"}\n');
folder.save('d.json', '[{"text":"eight","label":"8"}]');
folder.save('plain.txt', 'x\t9\n');
folder.save('e.PARQUET', parquet(['nine']));
mkdirSync(join(folder.path, 'shards'));
mkdirSync(join(folder.path, 'empty'));
for (const [index, texts] of [['a', 'b'], ['c']].entries())
  writeFileSync(join(folder.path, 'shards', `train-0000${index}-of-00002.parquet`), parquet(texts));
writeFileSync(join(folder.path, 'shards', 'README.md'), 'no table');

function parquet(texts: string[]): Uint8Array {
  const columnData = [
    { name: 'text', data: texts, type: 'STRING' as const },
    { name: 'label', data: texts, type: 'STRING' as const },
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

describe('openTable', () => {
  it('reads files by their endings, and folders of Parquet', async () => {
    expect(textsOf(await open('a.tsv'))).toEqual(['one', 'two', 'three', 'four']);
    expect(textsOf(await open('b.csv'))).toEqual(['five, six']);
    expect(textsOf(await open('c.jsonl'))).toEqual(['seven']);
    expect(textsOf(await open('./d.json'))).toEqual(['eight']);
    expect(textsOf(await open('e.PARQUET'))).toEqual(['nine']);
    expect(textsOf(await open('plain.txt', { header: ['text', 'label'] }))).toEqual(['x']);
    const shards = await open('shards');
    expect(textsOf(shards)).toEqual(['a', 'b', 'c']);
    expect(shards.place(2)).toBe('shards/train-00001-of-00002.parquet[0]');
  });

  it('takes slices and joins', async () => {
    const slice = await open('a.tsv[1:3]');
    expect(textsOf(slice)).toEqual(['two', 'three']);
    expect([slice.origin, slice.place(1)]).toEqual(['a.tsv[1:3]', 'a.tsv:4']);
    expect(() => slice.row(2)).toThrow('row 2 of 2');
    const joined = await open('toy:train[:1] + a.tsv[-1:] + c.jsonl');
    expect(textsOf(joined)).toEqual(['toy 0 true', 'four', 'seven']);
    expect([0, 1, 2].map((index) => joined.place(index))).toEqual(['toy:train[0]', 'a.tsv:5', 'c.jsonl:1']);
    expect(joined.origin).toBe('toy:train[:1] + a.tsv[-1:] + c.jsonl');
    expect(() => joined.place(3)).toThrow('row 3 of 3');
  });

  it.each([
    [
      'nothing.tsv',
      { code: 'DATA_MISSING', message: 'there is no file or folder "nothing.tsv"', place: 'data.train' },
    ],
    ['a.xlsx', { code: 'DATA_MISSING' }],
    ['shards/README.md', { code: 'TEXT_FORMAT', message: '"shards/README.md" has no ending of a table' }],
    ['empty', { code: 'TEXT_FORMAT', message: 'the folder empty has no .parquet files', exitCode: 2 }],
    ['toys:train', { code: 'UNKNOWN_SOURCE', allowed: 'toy', fix: 'did you mean "toy"?' }],
    ['toy:test', { code: 'UNKNOWN_SPLIT', allowed: 'train' }],
    ['a.tsv[:9]', { code: 'DATA_SPEC', message: 'the slice of "a.tsv[:9]" reaches beyond its 4 rows' }],
    ['a.tsv[2:2]', { code: 'DATA_EMPTY', message: '"a.tsv[2:2]" holds no row' }],
    [
      '',
      {
        code: 'DATA_SPEC',
        message: 'the split is empty',
        allowed: expect.stringContaining('spam:train') as string,
      },
    ],
  ])('refuses %j', async (spec, expected) => {
    await expect(open(spec)).rejects.toMatchObject(expected);
  });

  it('refuses tables that do not fit, and columns that are missing', async () => {
    folder.save('other.tsv', 'sentence\tlabel\nx\t1\n');
    await expect(open('a.tsv + other.tsv')).rejects.toMatchObject({
      code: 'TEXT_COLUMNS',
      message: 'the columns of other.tsv (label, sentence) are not those of a.tsv',
      allowed: 'label, text',
    });
    await expect(open('toy:train', { columns: ['sentence'] })).rejects.toMatchObject({
      code: 'TEXT_COLUMNS',
      place: 'toy:train',
    });
    expect((await open('a.tsv', { columns: ['label'] })).row(0)).toEqual({ label: '1' });
  });
});
