import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { readParquetTable } from './parquet-table.ts';
import type { TableOptions } from './table-builder.ts';
import { rowsOf } from './testing/rows-of.ts';
import { scratchFolder } from './testing/scratch-folder.ts';

const folder = scratchFolder();
afterAll(() => folder.remove());

/** Written by pyarrow. */
const published = fileURLToPath(new URL('oracles/glue.parquet', import.meta.url));

type ColumnData = Parameters<typeof parquetWriteBuffer>[0]['columnData'];

function write(columnData: ColumnData, features?: object): Uint8Array {
  const value = JSON.stringify({ info: { features } });
  const kvMetadata = features ? [{ key: 'huggingface', value }] : undefined;
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata }));
}

const texts = (data: (string | null)[], name = 'text') => ({ name, data, type: 'STRING' as const });

function readAll(files: readonly Uint8Array[], options: Partial<TableOptions> = {}) {
  const parts = files.map((content, index) => {
    const origin = `part-${index}.parquet`;
    return { path: folder.save(origin, content), origin };
  });
  return readParquetTable(parts, { origin: 'parts', ...options });
}

describe('readParquetTable', () => {
  it('reads what pyarrow writes: every compression, dictionaries, nulls, class names', async () => {
    const table = await readParquetTable([{ path: published, origin: 'glue.parquet' }], {
      origin: 'glue.parquet',
    });
    expect(table.size).toBe(10);
    expect(table.columns).toEqual([
      'sentence1',
      'sentence2',
      'plain',
      'label',
      'score',
      'idx',
      'flag',
      'large',
    ]);
    expect(table.classNames).toEqual({ label: ['not_equivalent', 'equivalent'] });
    expect(table.place(9)).toBe('glue.parquet[9]');
    expect(rowsOf(table)).toEqual(
      Array.from({ length: 10 }, (_, row) => ({
        sentence1: `sentence ${row} with a 'quote" é 😀`,
        sentence2: row === 3 ? null : ['same', 'other'][row % 2],
        plain: `no dictionary ${row}`,
        label: row < 9 ? row % 2 : -1,
        score: row / 4,
        idx: row,
        flag: row > 4 ? 1 : 0,
        // No number holds these.
        large: String(2n ** 60n + BigInt(row)),
      })),
    );
  });

  it('keeps the columns that are needed', async () => {
    const options = { origin: 'x', columns: ['label', 'sentence2'] };
    const table = await readParquetTable([{ path: published, origin: 'x' }], options);
    expect(table.row(2)).toEqual({ label: 0, sentence2: 'same' });
  });

  it('puts the files of a table together', async () => {
    const features = { label: { names: ['no', 'yes'], _type: 'ClassLabel' } };
    const part = (from: number, count: number) =>
      write(
        [
          texts(Array.from({ length: count }, (_, i) => `row ${from + i}`)),
          {
            name: 'label',
            data: Array.from({ length: count }, (_, i) => BigInt((from + i) % 2)),
            type: 'INT64',
          },
        ],
        features,
      );
    const table = await readAll([part(0, 3), part(3, 2), part(5, 4)]);
    expect(rowsOf(table)).toEqual(Array.from({ length: 9 }, (_, i) => ({ text: `row ${i}`, label: i % 2 })));
    expect(table.classNames).toEqual({ label: ['no', 'yes'] });
    expect([0, 3, 4, 5, 8].map((row) => table.place(row))).toEqual([
      'part-0.parquet[0]',
      'part-1.parquet[0]',
      'part-1.parquet[1]',
      'part-2.parquet[0]',
      'part-2.parquet[3]',
    ]);
  });

  it('refuses parts that differ', async () => {
    const a = write([texts(['x']), { name: 'label', data: [1], type: 'INT32' }]);
    await expect(readAll([a, write([texts(['x'])])])).rejects.toMatchObject({
      code: 'TEXT_COLUMNS',
      message: 'there is no column "label"',
      place: 'part-1.parquet',
    });
    await expect(readAll([a, write([texts(['x']), texts(['1'], 'label')])])).rejects.toMatchObject({
      code: 'TEXT_COLUMNS',
      message: 'the column "label" is of type UTF8, in part-0.parquet of type INT32',
      place: 'part-1.parquet',
    });
    const named = (names: string[]) => write([texts(['x'])], { text: { names, _type: 'ClassLabel' } });
    await expect(readAll([named(['a']), named(['b'])])).rejects.toMatchObject({
      code: 'TEXT_COLUMNS',
      message: 'the class names {"text":["b"]} are not those of part-0.parquet, {"text":["a"]}',
    });
  });

  it('says what columns there are', async () => {
    const read = (columns: string[]) =>
      readParquetTable([{ path: published, origin: 'p' }], { origin: 'p', columns });
    await expect(read(['premise'])).rejects.toMatchObject({
      code: 'TEXT_COLUMNS',
      message: 'there is no column "premise"',
      allowed:
        '"sentence1", "sentence2", "plain", "label", "score", "idx", "flag", "large", "when", "tokens"',
    });
    await expect(read(['tokens'])).rejects.toMatchObject({
      message: 'the column "tokens" is of type nested, not text or numbers',
    });
    await expect(read(['when'])).rejects.toMatchObject({
      message: 'the column "when" is of type TIMESTAMP_MILLIS, not text or numbers',
      allowed: '"sentence1", "sentence2", "plain", "label", "score", "idx", "flag", "large"',
    });
  });

  it('refuses texts that are none, or skips their rows', async () => {
    const file = write([
      {
        name: 'text',
        data: [Uint8Array.of(0x61), Uint8Array.of(0xff), Uint8Array.of(0x62)],
        type: 'BYTE_ARRAY',
      },
      { name: 'n', data: [1, 2, 3], type: 'INT32' },
    ]);
    await expect(readAll([file])).rejects.toMatchObject({
      code: 'TEXT_ENCODING',
      message: 'the cell of "text" is not UTF-8',
      place: 'part-0.parquet[1]',
    });
    const table = await readAll([file], { onInvalid: 'skip' });
    expect(rowsOf(table)).toEqual([
      { text: 'a', n: 1 },
      { text: 'b', n: 3 },
    ]);
    expect(table.place(1)).toBe('part-0.parquet[2]');
    await expect(readAll([write([texts(['x'.repeat((1 << 20) + 1)])])])).rejects.toMatchObject({
      code: 'TEXT_ROW',
      message: 'the cell of "text" has 1048577 bytes',
    });
  });

  it('refuses files that are none', async () => {
    await expect(readAll([])).rejects.toMatchObject({ code: 'TEXT_EMPTY' });
    await expect(readAll([new Uint8Array()])).rejects.toMatchObject({
      code: 'TEXT_EMPTY',
      place: 'part-0.parquet',
    });
    await expect(readAll([write([texts([])])])).rejects.toMatchObject({
      code: 'TEXT_EMPTY',
      message: 'it has no rows',
    });
    await expect(readAll([Buffer.from('not a parquet file')])).rejects.toMatchObject({
      code: 'TEXT_PARQUET',
      message: 'the Parquet file cannot be read: parquet file invalid (footer != PAR1)',
      place: 'part-0.parquet',
    });
  });

  it('throws nothing but errors for people over damaged files', async () => {
    const whole = readFileSync(published);
    const damage = fc.oneof(
      fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) }),
      fc.record({ cut: fc.nat(whole.length - 1) }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        const file = 'cut' in how ? whole.subarray(0, how.cut) : Buffer.from(whole);
        if ('at' in how) file[how.at] = how.byte;
        try {
          expect((await readAll([file])).size).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ name: 'MdpdError' });
        }
      }),
      { numRuns: 300 },
    );
  });
});
