import { afterAll, describe, expect, it } from 'vitest';
import { rowsOf } from './testing/rows-of.ts';
import { scratchFolder } from './testing/scratch-folder.ts';
import { readTsvTable, type TsvOptions } from './tsv-table.ts';

const folder = scratchFolder();
afterAll(() => folder.remove());

function read(content: string | Uint8Array, options: Partial<TsvOptions> = {}) {
  return readTsvTable(folder.save('dev.tsv', content), { origin: 'data/dev.tsv', ...options });
}

describe('readTsvTable', () => {
  it('takes quotes as they are, keeps spaces, and knows where rows come from', async () => {
    const table = await read('sentence\tlabel\nan "unbalanced quote \t1\r\n"quoted"\t0\n');
    expect(table).toMatchObject({
      size: 2,
      origin: 'data/dev.tsv',
      columns: ['sentence', 'label'],
      skipped: 0,
    });
    expect(rowsOf(table)).toEqual([
      { sentence: 'an "unbalanced quote ', label: '1' },
      { sentence: '"quoted"', label: '0' },
    ]);
    expect([table.place(0), table.place(1)]).toEqual(['data/dev.tsv:2', 'data/dev.tsv:3']);
    expect(() => table.row(2)).toThrow('row 2 of 2');
  });

  it('reads a file without header, and only the columns that are needed', async () => {
    const cola = "gj04\t1\t\tOur friends won't buy this analysis.\nbc01\t0\t*\tthe book\n";
    const header = ['source', 'label', 'mark', 'sentence'];
    const table = await read(cola, { header, columns: ['sentence', 'label'] });
    expect(rowsOf(table)).toEqual([
      { sentence: "Our friends won't buy this analysis.", label: '1' },
      { sentence: 'the book', label: '0' },
    ]);
    expect((await read(cola, { header })).row(0)).toEqual({
      source: 'gj04',
      label: '1',
      mark: '',
      sentence: "Our friends won't buy this analysis.",
    });
  });

  it('strips a BOM, skips blank lines and ignores cells beyond the columns', async () => {
    const table = await read('\ufeffa\tb\n\n1\t2\t3\n\n4\t5');
    expect(rowsOf(table)).toEqual([
      { a: '1', b: '2' },
      { a: '4', b: '5' },
    ]);
    expect(table.place(1)).toBe('data/dev.tsv:5');
  });

  it('takes column names that objects have of their own', async () => {
    const table = await read('__proto__\tconstructor\nx\ty\n');
    expect(Object.entries(table.row(0))).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    await expect(read('a\nb\n', { columns: ['toString'] })).rejects.toMatchObject({ code: 'TEXT_COLUMNS' });
  });

  it('refuses a row that lacks a needed cell, or counts it', async () => {
    const qqp = 'id\tquestion1\tquestion2\tis_duplicate\n1\ta\tb\t0\n2\tc\n3\te\tf\t1\n';
    await expect(read(qqp)).rejects.toMatchObject({
      code: 'TEXT_ROW',
      message: 'the line has 2 of 4 cells, "question2" is missing',
      place: 'data/dev.tsv:3',
    });
    const warnings: string[] = [];
    const table = await read(qqp, { onInvalid: 'skip', warn: (message) => warnings.push(message) });
    expect(table).toMatchObject({ size: 2, skipped: 1 });
    expect(rowsOf(table).map((row) => row['id'])).toEqual(['1', '3']);
    expect(table.place(1)).toBe('data/dev.tsv:4');
    expect(warnings).toEqual([
      'data/dev.tsv: skipped 1 of 3 rows: data/dev.tsv:3 (the line has 2 of 4 cells, "question2" is missing)',
    ]);
    expect((await read(qqp, { columns: ['question1'] })).size).toBe(3);
  });

  it.each([
    ['', {}, { code: 'TEXT_EMPTY', message: 'the file is empty', place: 'data/dev.tsv' }],
    ['\ufeff', {}, { code: 'TEXT_EMPTY', message: 'the file is empty' }],
    ['a\tb\n', {}, { code: 'TEXT_EMPTY', message: 'it has no rows' }],
    [
      'a\ta\n1\t2\n',
      {},
      { code: 'TEXT_COLUMNS', message: 'the column "a" stands twice', allowed: '"a", "a"' },
    ],
    [
      'sentence\tlabel\nx\t1\n',
      { columns: ['sentense'] },
      {
        code: 'TEXT_COLUMNS',
        message: 'there is no column "sentense"',
        place: 'data/dev.tsv',
        allowed: '"sentence", "label"',
        fix: 'did you mean "sentence"?',
        exitCode: 2,
      },
    ],
    [
      Buffer.from('a\tb\n1\tcaf\xe9\n', 'latin1'),
      {},
      {
        code: 'TEXT_ENCODING',
        message: 'the line is not UTF-8',
        place: 'data/dev.tsv:2',
        fix: 'save the file as UTF-8: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW',
      },
    ],
    ['a\tb\n1\t\u00002\n', {}, { code: 'TEXT_ENCODING', message: 'the line holds a NUL character' }],
    [Buffer.from('a\tb\n', 'utf16le'), {}, { code: 'TEXT_ENCODING', place: 'data/dev.tsv:1' }],
    [
      `a\n${'x'.repeat((1 << 20) + 1)}\n`,
      {},
      {
        code: 'TEXT_ROW',
        message: 'the line is too long',
        allowed: 'at most 1048576 bytes',
        place: 'data/dev.tsv:2',
      },
    ],
    [
      'a\tb\n1\n2\n3\n4\n',
      { onInvalid: 'skip' },
      {
        code: 'TEXT_EMPTY',
        message:
          'none of its 4 rows can be read: data/dev.tsv:2 (the line has 1 of 2 cells, "b" is missing), ' +
          'data/dev.tsv:3 (the line has 1 of 2 cells, "b" is missing), ' +
          'data/dev.tsv:4 (the line has 1 of 2 cells, "b" is missing) and 1 more',
      },
    ],
  ] as [string | Uint8Array, Partial<TsvOptions>, object][])(
    'refuses %j',
    async (content, options, expected) => {
      await expect(read(content, options)).rejects.toMatchObject(expected);
    },
  );

  it('skips rows in other encodings when asked to', async () => {
    const content = Buffer.concat([Buffer.from('a\n1\n'), Buffer.from([0xff, 0x0a]), Buffer.from('2\n')]);
    expect(rowsOf(await read(content, { onInvalid: 'skip' }))).toEqual([{ a: '1' }, { a: '2' }]);
  });
});
