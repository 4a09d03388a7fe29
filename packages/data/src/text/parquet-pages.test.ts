import type { ColumnMetaData } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { checkPages } from './parquet-pages.ts';

/** Seven bits a byte. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

/** A field of Thrift: the next number, an i32. */
const field = (value: number): number[] => [0x15, ...varint(value * 2)];

const encodings = { PLAIN: 0, DELTA_BINARY_PACKED: 5, DELTA_BYTE_ARRAY: 7, RLE_DICTIONARY: 8 };

interface Page {
  readonly encoding?: keyof typeof encodings;
  readonly values?: number;
  /** What the header says, where it is not the truth. */
  readonly size?: number;
  readonly inflated?: number;
  /** 0 data, 2 dictionary. */
  readonly kind?: 0 | 2;
}

/** A page as Parquet writes it, uncompressed. */
function page(
  body: readonly number[],
  { encoding = 'PLAIN', values = 4, size, inflated, kind = 0 }: Page = {},
): Buffer {
  const sizes = [...field(inflated ?? body.length), ...field(size ?? body.length)];
  const data = [0x2c, ...field(values), ...field(encodings[encoding]), ...field(3), ...field(3), 0];
  const dictionary = [0x4c, ...field(values), ...field(0), 0];
  return Buffer.from([...field(kind), ...sizes, ...(kind === 0 ? data : dictionary), 0, ...body]);
}

async function check(
  pages: readonly Buffer[],
  more: Partial<ColumnMetaData> = {},
  optional = false,
): Promise<string> {
  const bytes = Buffer.concat([Buffer.from('PAR1'), ...pages]);
  const buffer = new Uint8Array(bytes).buffer;
  const chunk = {
    type: 'INT32',
    codec: 'UNCOMPRESSED',
    path_in_schema: ['x'],
    data_page_offset: 4n,
    total_compressed_size: BigInt(bytes.length - 4),
    ...more,
  } as unknown as ColumnMetaData;
  const file = { byteLength: bytes.length, slice: (begin: number, end?: number) => buffer.slice(begin, end) };
  try {
    await checkPages(file, { chunk, rows: 4, optional, compressors: {} });
    return 'fine';
  } catch (error) {
    return (error as Error).message;
  }
}

const dictionary = page([1, 0, 0, 0, 2, 0, 0, 0], { kind: 2, values: 2 });
const indices = (...runs: number[]): Buffer => page([1, ...runs], { encoding: 'RLE_DICTIONARY' });

describe('pages of Parquet', () => {
  it('are let through where their counts are right', async () => {
    expect(await check([page(Array<number>(16).fill(1))])).toBe('fine');
    expect(await check([dictionary, indices(...varint(4 * 2), 1)])).toBe('fine');
    expect(await check([dictionary, indices(0b11, 0b1010)])).toBe('fine');
    expect(await check([page([128, 1, 4, 4, 2, 0, 0, 0, 0, 0], { encoding: 'DELTA_BINARY_PACKED' })])).toBe(
      'fine',
    );
    // Two of four are missing.
    const levels = [2, 0, 0, 0, 0b11, 0b0101];
    expect(await check([page([...levels, ...Array<number>(8).fill(7)])], {}, true)).toBe('fine');
  });

  // What hyparquet 1.31 alone would do with most of them: not end, or fill the memory.
  it.each<[string, readonly Buffer[], string, Partial<ColumnMetaData>?]>([
    [
      'a run that is too long',
      [dictionary, indices(...varint(2 ** 31 - 2), 1)],
      'a run of 1073741823 values where 4 are left',
    ],
    [
      'too many packed values',
      [dictionary, indices(...varint(2 ** 30 + 1), 1)],
      'a run of 4294967296 values where 4 are left',
    ],
    [
      'no parts of a block',
      [page([128, 1, 0, 4, 2], { encoding: 'DELTA_BINARY_PACKED' })],
      'a block of 128 differences in 0 parts',
    ],
    [
      'an empty block',
      [page([0, 4, 4, 2], { encoding: 'DELTA_BINARY_PACKED' })],
      'a block of 0 differences in 4 parts',
    ],
    [
      'more values than rows',
      [page([0, 0, 0, 0], { values: 2 ** 30 })],
      'a page of 1073741824 values where 4 are left',
    ],
    ['fewer values than rows', [page([0, 0, 0, 0], { values: 1 })], '1 values of "x" for 4 rows'],
    ['a huge dictionary', [page([0, 0], { kind: 2, values: 2 ** 30 })], 'a dictionary of 1073741824 values'],
    [
      'a page beyond its column',
      [page([0], { size: 2 ** 20 })],
      'a page of 1048576 bytes is longer than its column',
    ],
    [
      'a page of another size',
      [page([0, 0, 0, 0], { inflated: 2 ** 29 })],
      'a page of 536870912 bytes is larger than 134217728',
    ],
    [
      'truth values as entries',
      [dictionary, indices(8, 1)],
      'values of type BOOLEAN are encoded as RLE_DICTIONARY',
      { type: 'BOOLEAN' },
    ],
    [
      'a size of 64 bits',
      // DATA_PAGE_V2 of 4 rows, none missing, no levels.
      [
        Buffer.from([
          ...[...field(3), 0x16, ...varint(16), ...field(8), 0x5c],
          ...[...field(4), ...field(0), ...field(4), ...field(0), ...field(0), ...field(0), 0x12, 0, 0],
          ...Array<number>(8).fill(0),
        ]),
      ],
      'a page of 8 bytes is larger than 134217728',
    ],
    [
      'a column beyond the file',
      [page([0])],
      'a column of 999999 bytes at byte 4 of 22',
      { total_compressed_size: 999_999n },
    ],
  ])('are refused with %s', async (_, pages, message, more = {}) => {
    expect(await check(pages, more)).toBe(message);
  });

  it('are refused where texts that begin like those before them would become far larger than the page', async () => {
    // Prefixes 0, 2^27, 2^27, …: every text as long as the one before it, which is not there.
    const lengths = (first: number, difference: number): number[] => [
      128,
      1,
      1,
      4,
      ...varint(first * 2),
      ...varint(difference * 2),
      0,
    ];
    const body = [...lengths(0, 2 ** 27), ...lengths(1, 0), 97, 97, 97, 97];
    const long = page(body, { encoding: 'DELTA_BYTE_ARRAY' });
    expect(await check([long], { type: 'BYTE_ARRAY' })).toBe('a text of 134217728 and 1 bytes');
  });
});
