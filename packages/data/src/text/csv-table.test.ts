import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readCsvTable } from './csv-table.ts';
import type { TableOptions } from './table-builder.ts';
import { rowsOf } from './testing/rows-of.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const folder = scratchFolder();
afterAll(() => folder.remove());

function read(content: string | Uint8Array, options: Partial<TableOptions> = {}) {
  return readCsvTable(folder.save('x.csv', content), { origin: 'x.csv', ...options });
}

describe('readCsvTable', () => {
  it('reads quoted cells with commas, quotes and line ends, and says where rows start', async () => {
    const table = await read('\ufefftext,label\r\n"a, ""b""\nc",1\r\n\r\nplain,0\n');
    expect(rowsOf(table)).toEqual([
      { text: 'a, "b"\nc', label: '1' },
      { text: 'plain', label: '0' },
    ]);
    expect(table.place(0)).toBe('x.csv:2');
    expect(table.columns).toEqual(['text', 'label']);
  });

  it('keeps the columns that are needed', async () => {
    expect(rowsOf(await read('a,b,c\n1,2,3\n', { columns: ['c', 'a'] }))).toEqual([{ c: '3', a: '1' }]);
  });

  it.each([
    ['', { code: 'TEXT_EMPTY', message: 'the file is empty', place: 'x.csv' }],
    ['a,b\n', { code: 'TEXT_EMPTY', message: 'it has no rows' }],
    ['a,b\n1,2\n3\n', { code: 'TEXT_ROW', message: 'the row has 1 cells instead of 2', place: 'x.csv:3' }],
    ['a,b\n1,2,3\n', { code: 'TEXT_ROW', message: 'the row has 3 cells instead of 2', place: 'x.csv:2' }],
    [
      'a,b\n1,2\n3,"never closed\n4,5\n',
      {
        code: 'TEXT_ROW',
        place: 'x.csv:3',
        fix: 'in a quoted cell, write a quote as two; a file without quoting is read as .tsv',
      },
    ],
    ['a,b\n1,x"y\n', { code: 'TEXT_ROW', place: 'x.csv:2' }],
    [
      Buffer.from('a,b\n1,\xe9\n', 'latin1'),
      { code: 'TEXT_ENCODING', message: 'the cell of "b" is not UTF-8', place: 'x.csv:2' },
    ],
    ['a,b\n1,"\u0000"\n', { code: 'TEXT_ENCODING', message: 'the cell of "b" holds a NUL character' }],
    [
      `a\n${'x'.repeat((1 << 20) + 1)}\n`,
      { code: 'TEXT_ROW', message: 'the cell of "a" has 1048577 bytes', allowed: 'at most 1048576 bytes' },
    ],
    [
      `a\n"${'x'.repeat(17 << 20)}\n`,
      { code: 'TEXT_ROW', message: 'a row is longer than 16777216 bytes; perhaps a quote is not closed' },
    ],
  ] as [string | Uint8Array, object][])('refuses %.30j', async (content, expected) => {
    await expect(read(content)).rejects.toMatchObject(expected);
  });

  it('skips rows when asked to, but never goes on after quotes that do not pair up', async () => {
    const warnings: string[] = [];
    const skip = { onInvalid: 'skip', warn: (message: string) => warnings.push(message) } as const;
    const table = await read(Buffer.from('a,b\n1\n2,\xe9\n3,ok\n', 'latin1'), skip);
    expect(rowsOf(table)).toEqual([{ a: '3', b: 'ok' }]);
    expect(warnings).toEqual([
      'x.csv: skipped 2 of 3 rows: x.csv:2 (the row has 1 cells instead of 2), x.csv:3 (the cell of "b" is not UTF-8)',
    ]);
    await expect(read('a,b\n1,2\n3,"x\n4,5\n', skip)).rejects.toMatchObject({
      code: 'TEXT_ROW',
      place: 'x.csv:3',
    });
  });

  it('refuses rows of far too many cells before they are made', async () => {
    // Each comma would become an object: a megabyte of them some two hundred.
    const many = ','.repeat(5000);
    await expect(read(`a,b\n1,"x,\n${many}"\n${many}\n`)).rejects.toMatchObject({
      code: 'TEXT_ROW',
      message: 'the row has more than 4096 cells',
      place: 'x.csv:4',
    });
    expect(rowsOf(await read(`a,b\n1,"${many}"\n`))).toEqual([{ a: '1', b: many }]);
  });

  it('reads what is written by the rules', async () => {
    const cell = fc.string({
      unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é', '\t'),
      maxLength: 8,
    });
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), async (rows) => {
        const content = ['x,y', ...rows.map((row) => row.map(quoted).join(','))].join('\r\n');
        expect(rowsOf(await read(content))).toEqual(rows.map(([x, y]) => ({ x, y })));
      }),
    );
  });
});
