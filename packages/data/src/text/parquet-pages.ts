/**
 * Checks the pages of a Parquet column before they are decoded: hyparquet believes the counts that stand in them, so that
 * a run of two thousand million equal values, or a block of none, would never end.
 *
 * Letters: N values of a page, as its header says.
 */
import type { AsyncBuffer, ColumnMetaData, CompressionCodec, Compressors, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { readVarInt } from 'hyparquet/src/thrift.js';

/** Of one page, decompressed: writers make them of one megabyte. */
export const mostPageBytes = 1 << 27;
/** Values that a last run may have beyond the page's: writers fill whole groups. */
const mostPadding = 512;
/** Values of a block of differences. */
const mostBlockValues = 1 << 16;

export interface CheckedColumn {
  readonly chunk: ColumnMetaData;
  /** Values that the row group has of it. */
  readonly rows: number;
  /** Whether values may be missing: then a page says first which are. */
  readonly optional: boolean;
  readonly compressors: Compressors;
}

interface Reader {
  readonly view: DataView;
  offset: number;
}

function damaged(message: string): never {
  throw new RangeError(message);
}

const within = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;

const readerOf = (bytes: Uint8Array): Reader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
});

/** Runs of one value and of packed bits: together as many values as the page has. */
function checkRuns(reader: Reader, width: number, count: number): void {
  if (width > 32) damaged(`values of ${width} bits`);
  const start = reader.offset;
  for (let seen = 0; seen < count;) {
    const header = readVarInt(reader);
    const isPacked = (header & 1) === 1;
    const values = isPacked ? (header >>> 1) * 8 : header >>> 1;
    if (values > count - seen + (isPacked ? mostPadding : 0))
      damaged(`a run of ${values} values where ${count - seen} are left`);
    seen += values;
    reader.offset += isPacked ? (header >>> 1) * width : (width + 7) >> 3;
    if (reader.offset > reader.view.byteLength + mostPadding) damaged('a run is longer than its page');
  }
  reader.offset = start;
}

/** The head of a list of differences; what follows is as long as it says. */
function checkDifferences(reader: Reader): void {
  const start = reader.offset;
  const [block, parts] = [readVarInt(reader), readVarInt(reader)];
  if (!within(block, mostBlockValues) || !within(parts, block) || parts < 1 || block % parts !== 0)
    damaged(`a block of ${block} differences in ${parts} parts`);
  reader.offset = start;
}

function lengthsAt(reader: Reader, count: number): Int32Array {
  checkDifferences(reader);
  const lengths = new Int32Array(count);
  deltaBinaryUnpack(reader, count, lengths);
  return lengths;
}

/** Texts that begin like those before them: a short page could make long ones. */
function checkPrefixes(reader: Reader, count: number): void {
  const [prefixes, suffixes] = [lengthsAt(reader, count), lengthsAt(reader, count)];
  let total = 0;
  let before = 0;
  for (let index = 0; index < count; index++) {
    const [prefix, suffix] = [prefixes[index]!, suffixes[index]!];
    if (prefix < 0 || prefix > before || suffix < 0) damaged(`a text of ${prefix} and ${suffix} bytes`);
    before = prefix + suffix;
    total += before;
    if (total > mostPageBytes) damaged(`the texts of a page are larger than ${mostPageBytes} bytes`);
  }
}

function checkValues(reader: Reader, encoding: string | undefined, type: string, count: number): void {
  if (count <= 0 || encoding === 'PLAIN' || encoding === 'BYTE_STREAM_SPLIT') {
    // What is written as it is ends with the page.
    if (count * 4 > reader.view.byteLength * 32 + 32)
      damaged(`${count} values in ${reader.view.byteLength} bytes`);
  } else if (encoding === 'RLE' || encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') {
    // Runs of truth values have their length before them, numbers of dictionary entries their width.
    if ((type === 'BOOLEAN') !== (encoding === 'RLE'))
      damaged(`values of type ${type} are encoded as ${encoding}`);
    if (encoding === 'RLE') reader.offset += 4;
    const width = encoding === 'RLE' ? 1 : reader.view.getUint8(reader.offset++);
    // Of the first entry alone there may be no runs at all.
    if (width > 0 || reader.offset < reader.view.byteLength) checkRuns(reader, width, count);
  } else if (encoding === 'DELTA_BINARY_PACKED') checkDifferences(reader);
  else if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') lengthsAt(reader, count);
  else if (encoding === 'DELTA_BYTE_ARRAY') checkPrefixes(reader, count);
  else damaged(`values are encoded as ${encoding ?? 'nobody knows'}`);
}

/** Which values are missing, where some may be; gives how many. The reader stands behind it afterwards. */
function checkLevels(reader: Reader, count: number, bytes: number): number {
  const end = reader.offset + bytes;
  if (end > reader.view.byteLength) damaged('the levels of a page are longer than the page');
  checkRuns(reader, 1, count);
  let missing = count;
  for (let seen = 0; seen < count;) {
    const header = readVarInt(reader);
    if ((header & 1) === 1) {
      for (let byte = header >>> 1; byte > 0; byte--) {
        const bits = reader.offset < reader.view.byteLength ? reader.view.getUint8(reader.offset) : 0;
        reader.offset++;
        for (let bit = 0; bit < 8 && seen < count; bit++, seen++) missing -= (bits >> bit) & 1;
      }
    } else {
      const value = reader.view.getUint8(reader.offset++);
      if (value === 1) missing -= header >>> 1;
      seen += header >>> 1;
    }
  }
  reader.offset = end;
  return missing;
}

function inflate(
  bytes: Uint8Array,
  size: number,
  codec: CompressionCodec,
  compressors: Compressors,
): Uint8Array {
  if (!within(size, mostPageBytes)) damaged(`a page of ${size} bytes is larger than ${mostPageBytes}`);
  return decompressPage(bytes, size, codec, compressors);
}

/** Checks a page; gives how many values it has. */
function checkPage(bytes: Uint8Array, header: PageHeader, column: CheckedColumn, left: number): number {
  const { chunk, optional, compressors } = column;
  const { codec, type } = chunk;
  const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = header;
  if (header.type === 'DICTIONARY_PAGE') {
    const page = inflate(bytes, header.uncompressed_page_size, codec, compressors);
    const most = page.length * (type === 'BOOLEAN' ? 8 : 1);
    if (!within(dictionary?.num_values, most)) damaged(`a dictionary of ${dictionary?.num_values} values`);
    return 0;
  }
  const count = first?.num_values ?? second?.num_values;
  if (!within(count, left)) return damaged(`a page of ${count} values where ${left} are left`);
  if (header.type === 'DATA_PAGE' && first) {
    const reader = readerOf(inflate(bytes, header.uncompressed_page_size, codec, compressors));
    let missing = 0;
    if (optional) {
      const length = reader.view.getUint32(reader.offset, true);
      reader.offset += 4;
      missing = checkLevels(reader, count, length);
    }
    checkValues(reader, first.encoding, type, count - missing);
    return count;
  }
  if (header.type !== 'DATA_PAGE_V2' || !second) return damaged(`a page of the kind ${header.type}`);
  const { num_nulls: missing, num_rows: rows, definition_levels_byte_length: levels } = second;
  const repeated = second.repetition_levels_byte_length;
  if (!within(missing, count) || rows !== count || repeated !== 0 || !within(levels, bytes.length))
    damaged(`a page of ${rows} rows, ${count} values, ${missing} missing`);
  if (optional && checkLevels(readerOf(bytes), count, levels) !== missing)
    damaged(`a page says that ${missing} values are missing`);
  const whole = header.uncompressed_page_size;
  // An i64 where the format has an i32 is read as a BigInt.
  if (!within(whole, mostPageBytes))
    return damaged(`a page of ${whole} bytes is larger than ${mostPageBytes}`);
  const size = whole - levels;
  const body = bytes.subarray(levels);
  const page = second.is_compressed === false ? body : inflate(body, size, codec, compressors);
  checkValues(readerOf(page), second.encoding, type, count - missing);
  return count;
}

/**
 * Reads the pages of a column of one row group, and checks every count in them.
 *
 * @throws RangeError, and what hyparquet throws
 */
export async function checkPages(file: AsyncBuffer, column: CheckedColumn): Promise<void> {
  const { chunk, rows } = column;
  const [data, dictionary] = [Number(chunk.data_page_offset), Number(chunk.dictionary_page_offset || 0)];
  const begin = dictionary > 0 && dictionary < data ? dictionary : data;
  const length = Number(chunk.total_compressed_size);
  if (!within(begin, file.byteLength) || !within(length, file.byteLength - begin))
    damaged(`a column of ${length} bytes at byte ${begin} of ${file.byteLength}`);
  const view = new DataView(await file.slice(begin, begin + length));
  const reader: Reader = { view, offset: 0 };
  let seen = 0;
  while (seen < rows && reader.offset < view.byteLength - 1) {
    const header = parquetHeader(reader);
    const size = header.compressed_page_size;
    if (!within(size, view.byteLength - reader.offset))
      damaged(`a page of ${size} bytes is longer than its column`);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + reader.offset, size);
    reader.offset += size;
    seen += checkPage(bytes, header, column, rows - seen);
  }
  if (seen !== rows) damaged(`${seen} values of "${chunk.path_in_schema.join('.')}" for ${rows} rows`);
}
