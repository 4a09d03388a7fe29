import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readJsonTable } from './jsonl-table.ts';
import type { TableOptions } from './table-builder.ts';
import { rowsOf } from './testing/rows-of.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const folder = scratchFolder();
afterAll(() => folder.remove());

function read(content: string | Uint8Array, options: Partial<TableOptions> = {}) {
  return readJsonTable(folder.save('x.jsonl', content), { origin: 'x.jsonl', ...options });
}

describe('readJsonTable', () => {
  it('reads one object a line', async () => {
    const table = await read(
      '\ufeff{"text":"a\\nb","label":1,"score":0.5}\r\n\r\n{"score":null,"text":"é","label":true}\n',
    );
    expect(table.columns).toEqual(['text', 'label', 'score']);
    expect(rowsOf(table)).toEqual([
      { text: 'a\nb', label: 1, score: 0.5 },
      { text: 'é', label: 1, score: null },
    ]);
    expect([table.place(0), table.place(1)]).toEqual(['x.jsonl:1', 'x.jsonl:3']);
  });

  it('reads an array of objects', async () => {
    const table = await read(' [ {"text": "a, [b] \\" {", "more": {"x": [1, 2]}},\n {"text": "c"} ] \n');
    expect(table.columns).toEqual(['text']);
    expect(rowsOf(table)).toEqual([{ text: 'a, [b] " {' }, { text: 'c' }]);
    expect(table.place(1)).toBe('x.jsonl[1]');
  });

  it.each([
    ['', { code: 'TEXT_EMPTY', message: 'the file has no objects', place: 'x.jsonl' }],
    ['[]', { code: 'TEXT_EMPTY', message: 'the file has no objects' }],
    ['{"a":1}\n{"a":', { code: 'TEXT_ROW', place: 'x.jsonl:2' }],
    ['{"a":1}\n[1]', { code: 'TEXT_ROW', message: 'the row is no object', place: 'x.jsonl:2' }],
    ['5', { code: 'TEXT_ROW', message: 'the row is no object', allowed: 'an object with the columns' }],
    [
      '{"a":1,"b":"x"}\n{"a":2}',
      {
        code: 'TEXT_ROW',
        message: '"b" is missing',
        place: 'x.jsonl:2',
        allowed: 'text, a number, true, false or null',
      },
    ],
    ['{"a":1}\n{"a":[1]}', { code: 'TEXT_ROW', message: '"a" holds a list or an object' }],
    ['{"a":"x\\u0000"}', { code: 'TEXT_ENCODING', message: 'the cell of "a" holds a NUL character' }],
    [Buffer.from('{"a":"\xe9"}', 'latin1'), { code: 'TEXT_ENCODING', message: 'the row is not UTF-8' }],
    ['[{"a":1},]', { code: 'TEXT_ROW', place: 'x.jsonl[1]' }],
    ['[{"a":1} {"a":2}]', { code: 'TEXT_ROW', place: 'x.jsonl[0]' }],
    ['[{"a":1}', { code: 'TEXT_ROW', message: 'the JSON array is damaged: it ends within the array' }],
    ['[{"a":1}] x', { code: 'TEXT_ROW', message: 'the JSON array is damaged: something follows the array' }],
    [
      `{"a":"${'x'.repeat((1 << 20) + 1)}"}`,
      { code: 'TEXT_ROW', message: 'the cell of "a" has 1048577 bytes' },
    ],
    [
      `{"a":"${'x'.repeat(17 << 20)}"}`,
      { code: 'TEXT_ROW', message: 'the row is longer than 16777216 bytes' },
    ],
    [
      `[{"a":"${'x'.repeat(17 << 20)}"}]`,
      { code: 'TEXT_ROW', message: 'the row is longer than 16777216 bytes' },
    ],
  ] as [string | Uint8Array, object][])('refuses %.40j', async (content, expected) => {
    await expect(read(content)).rejects.toMatchObject(expected);
  });

  it('wants the columns that are needed, inherited ones not among them', async () => {
    expect(rowsOf(await read('{"a":1,"b":2}', { columns: ['b'] }))).toEqual([{ b: 2 }]);
    await expect(read('{"a":1}', { columns: ['constructor'] })).rejects.toMatchObject({
      code: 'TEXT_COLUMNS',
      allowed: '"a"',
    });
    expect(Object.entries((await read('{"__proto__":"x","a":1}')).row(0))).toEqual([
      ['__proto__', 'x'],
      ['a', 1],
    ]);
  });

  it('skips rows when asked to, and replaces half a surrogate pair', async () => {
    const table = await read('{"a":"x"}\nnothing\n{"b":1}\n{"a":"\\ud800"}', { onInvalid: 'skip' });
    expect(table.skipped).toBe(2);
    expect(rowsOf(table)).toEqual([{ a: 'x' }, { a: '\ufffd' }]);
  });

  it('reads the same from lines and arrays, however they are cut into reads', async () => {
    const object = fc.record({ t: fc.string({ unit: 'grapheme' }), n: fc.integer() });
    const wellFormed = object.filter(({ t }) => !t.includes('\0'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(wellFormed, { minLength: 1 }),
        fc.constantFrom(0, 2),
        async (objects, indent) => {
          expect(rowsOf(await read(objects.map((each) => JSON.stringify(each)).join('\n')))).toEqual(objects);
          expect(rowsOf(await read(JSON.stringify(objects, null, indent)))).toEqual(objects);
        },
      ),
    );
    const large = Array.from({ length: 30_000 }, (_, n) => ({ t: `${'"\\['.repeat(n % 40)}${n}`, n }));
    expect(rowsOf(await read(JSON.stringify(large)))).toEqual(large);
  });
});
