/**
 * The directory of a ZIP archive whose entries are stored as they are, as `torch.save` writes it (zip64 included).
 * Read with suspicion: entries lie one behind the other, inside the file, under different names.
 */
import { readSync } from 'node:fs';
import { textOf } from './byte-reader.ts';
import { invalid, quoted } from './torch-errors.ts';

export interface ZipEntry {
  readonly name: string;
  /** Bytes of its data. */
  readonly size: number;
  /** 0: stored as they are. */
  readonly method: number;
  /** Where its local header begins. */
  readonly header: number;
  /** Where whatever follows it begins: its data end there at the latest. */
  readonly limit: number;
}

interface OpenFile {
  readonly descriptor: number;
  readonly path: string;
  readonly size: number;
}

const END = 0x06054b50;
const END_BYTES = 22;
const MAXIMUM_COMMENT = 65_535;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_LOCATOR_BYTES = 20;
const ZIP64_END = 0x06064b50;
const ZIP64_END_BYTES = 56;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const ZIP64_EXTRA = 1;

/** Stands in a field of 16 or 32 bits whose value is in the zip64 record. */
const ELSEWHERE_16 = 0xffff;
const ELSEWHERE_32 = 0xffffffff;

/** About half a million entries with long names. */
const MAXIMUM_DIRECTORY_BYTES = 64_000_000;

function read({ descriptor, path, size }: OpenFile, position: number, length: number): Buffer {
  if (position < 0 || length > size - position) throw invalid(path, `the file ends at byte ${size}`);
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const count = readSync(descriptor, bytes, done, length - done, position + done);
    if (count === 0) throw invalid(path, `the file ends at byte ${position + done}`);
    done += count;
  }
  return bytes;
}

function integer64(bytes: Buffer, at: number, path: string): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > Number.MAX_SAFE_INTEGER) throw invalid(path, `its directory has the position or size ${value}`);
  return Number(value);
}

interface End {
  readonly entries: number;
  /** Bytes of the directory, and where it begins. */
  readonly size: number;
  readonly offset: number;
  /** Where the directory must end. */
  readonly begin: number;
}

/** The end record: the last one whose comment fills the rest of the file. */
function findEnd(file: OpenFile): End {
  const length = Math.min(file.size, END_BYTES + MAXIMUM_COMMENT);
  const tail = read(file, file.size - length, length);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END || tail.readUInt16LE(at + 20) !== tail.length - at - END_BYTES)
      continue;
    const begin = file.size - tail.length + at;
    if (tail.readUInt32LE(at + 4) !== 0 || tail.readUInt16LE(at + 8) !== tail.readUInt16LE(at + 10)) {
      throw invalid(file.path, 'the archive is one of several parts', 'one file');
    }
    const short = {
      entries: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
      begin,
    };
    return zip64End(file, short) ?? short;
  }
  throw invalid(file.path, 'the archive has no directory at its end');
}

/** The record of archives with large or many entries, which `torch.save` always writes. */
function zip64End(file: OpenFile, short: End): End | undefined {
  const at = short.begin - ZIP64_LOCATOR_BYTES;
  const locator = at < 0 ? undefined : read(file, at, ZIP64_LOCATOR_BYTES);
  if (locator?.readUInt32LE(0) !== ZIP64_LOCATOR) return undefined;
  const begin = integer64(locator, 8, file.path);
  if (begin + ZIP64_END_BYTES > at)
    throw invalid(file.path, 'the zip64 record is not before the end of the archive');
  const record = read(file, begin, ZIP64_END_BYTES);
  if (record.readUInt32LE(0) !== ZIP64_END) throw invalid(file.path, 'the archive has no zip64 record');
  const long = {
    entries: integer64(record, 32, file.path),
    size: integer64(record, 40, file.path),
    offset: integer64(record, 48, file.path),
    begin,
  };
  const agree = (value: number, other: number, elsewhere: number): boolean =>
    value === other || value === elsewhere;
  const agreed =
    agree(short.entries, long.entries, ELSEWHERE_16) &&
    agree(short.size, long.size, ELSEWHERE_32) &&
    agree(short.offset, long.offset, ELSEWHERE_32);
  if (!agreed) throw invalid(file.path, 'the two ends of the archive contradict each other');
  return long;
}

interface CentralEntry {
  readonly name: string;
  readonly size: number;
  readonly method: number;
  /** Bytes that it takes. */
  readonly stored: number;
  readonly header: number;
  /** Bytes of its entry in the directory. */
  readonly length: number;
}

/** Values of the zip64 extra field, in the order of the fields they stand for. */
function zip64Extra(extra: Buffer, fields: readonly number[], path: string): number[] {
  const wanted = fields.filter((value) => value === ELSEWHERE_32).length;
  if (wanted === 0) return [...fields];
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === ZIP64_EXTRA && length >= wanted * 8 && at + 4 + length <= extra.length) {
      let next = at + 4;
      return fields.map((value) => {
        if (value !== ELSEWHERE_32) return value;
        next += 8;
        return integer64(extra, next - 8, path);
      });
    }
    at += 4 + length;
  }
  throw invalid(path, 'an entry has no zip64 sizes');
}

function parseEntry(bytes: Buffer, at: number, path: string): CentralEntry {
  if (at + CENTRAL_BYTES > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) {
    throw invalid(path, 'the directory of the archive is damaged');
  }
  const nameLength = bytes.readUInt16LE(at + 28);
  const extraLength = bytes.readUInt16LE(at + 30);
  const length = CENTRAL_BYTES + nameLength + extraLength + bytes.readUInt16LE(at + 32);
  if (at + length > bytes.length) throw invalid(path, 'the directory of the archive is damaged');
  const nameEnd = at + CENTRAL_BYTES + nameLength;
  const name = textOf(bytes.subarray(at + CENTRAL_BYTES, nameEnd), path);
  const place = `${path}: ${quoted(name)}`;
  const method = bytes.readUInt16LE(at + 10);
  if ((bytes.readUInt16LE(at + 8) & 1) !== 0) throw invalid(place, 'the entry is encrypted');
  const fields = [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)];
  const extra = bytes.subarray(nameEnd, nameEnd + extraLength);
  const [size, stored, header] = zip64Extra(extra, fields, place) as [number, number, number];
  if (method === 0 && size !== stored)
    throw invalid(place, `the entry has ${size} bytes, but takes ${stored}`);
  return { name, size, method, stored, header, length };
}

/**
 * Entries by name, in the order of the file.
 *
 * @throws CHECKPOINT_INVALID
 */
export function readZipDirectory(file: OpenFile): ReadonlyMap<string, ZipEntry> {
  const { path } = file;
  const end = findEnd(file);
  if (end.size > MAXIMUM_DIRECTORY_BYTES) {
    throw invalid(path, `the directory has ${end.size} bytes`, `at most ${MAXIMUM_DIRECTORY_BYTES}`);
  }
  if (end.offset + end.size !== end.begin) {
    throw invalid(path, `the directory ends at byte ${end.offset + end.size}, not at ${end.begin}`);
  }
  const bytes = read(file, end.offset, end.size);
  const found: CentralEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const entry = parseEntry(bytes, at, path);
    found.push(entry);
    at += entry.length;
  }
  if (found.length !== end.entries) {
    throw invalid(path, `the directory has ${found.length} entries instead of ${end.entries}`);
  }
  found.sort((a, b) => a.header - b.header);
  const entries = new Map<string, ZipEntry>();
  for (const [i, { name, size, method, stored, header }] of found.entries()) {
    const limit = found[i + 1]?.header ?? end.offset;
    if (header + LOCAL_BYTES + Buffer.byteLength(name) + stored > limit) {
      throw invalid(`${path}: ${quoted(name)}`, `the entry overlaps what begins at byte ${limit}`);
    }
    if (entries.has(name)) throw invalid(path, `the archive has the entry ${quoted(name)} twice`);
    entries.set(name, { name, size, method, header, limit });
  }
  return entries;
}

/** Where the data of an entry begin. Throws CHECKPOINT_INVALID where its local header is not its own. */
export function zipDataStart(file: OpenFile, entry: ZipEntry): number {
  const { name, size, method, header, limit } = entry;
  const place = `${file.path}: ${quoted(name)}`;
  if (method !== 0) {
    throw invalid(
      place,
      `the entry is compressed (method ${method})`,
      'stored entries, as torch.save writes them',
    );
  }
  const bytes = read(file, header, LOCAL_BYTES);
  const nameLength = bytes.readUInt16LE(26);
  const own = bytes.readUInt32LE(0) === LOCAL && bytes.readUInt16LE(8) === 0;
  const expected = Buffer.from(name);
  if (
    !own ||
    nameLength !== expected.length ||
    !read(file, header + LOCAL_BYTES, nameLength).equals(expected)
  ) {
    throw invalid(place, `the header at byte ${header} is not that of the entry`);
  }
  const start = header + LOCAL_BYTES + nameLength + bytes.readUInt16LE(28);
  if (start + size > limit) throw invalid(place, `the entry overlaps what begins at byte ${limit}`);
  return start;
}
