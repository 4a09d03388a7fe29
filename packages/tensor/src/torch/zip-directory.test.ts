import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatError, MdpdError } from '@mdpd/core';
import { afterAll, describe, expect, it } from 'vitest';
import { hostTensor } from '../host.ts';
import {
  archive,
  archiveEnd,
  centralEntry,
  localHeader,
  pickled,
  storage,
  tensor,
  text,
  type ArchiveEntry,
  type ArchiveOptions,
} from './testing/archive.ts';
import { openTorchFile } from './torch-file.ts';
import { readZipDirectory, zipDataStart, type ZipEntry } from './zip-directory.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'zip-'));
afterAll(() => rmSync(folder, { recursive: true }));

function open<T>(bytes: Uint8Array, use: (file: Parameters<typeof readZipDirectory>[0]) => T): T {
  const file = path.join(folder, 'x.zip');
  writeFileSync(file, bytes);
  const descriptor = openSync(file, 'r');
  try {
    return use({ descriptor, path: 'x.zip', size: bytes.length });
  } finally {
    closeSync(descriptor);
  }
}

const directory = (bytes: Uint8Array): ZipEntry[] =>
  open(bytes, (file) => [...readZipDirectory(file).values()]);

/** Contents by name, as far as the local headers are right. */
function contents(bytes: Uint8Array): Record<string, string> {
  return open(bytes, (file) => {
    const found = [...readZipDirectory(file).values()].map((entry) => {
      const start = zipDataStart(file, entry);
      return [entry.name, Buffer.from(bytes.subarray(start, start + entry.size)).toString()] as const;
    });
    return Object.fromEntries(found);
  });
}

function refusal(bytes: Uint8Array): string {
  try {
    contents(bytes);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error).split('\n').slice(0, 2).join(':');
    throw error;
  }
  return 'no error';
}

const entry = (name: string, data: string, more: Partial<ArchiveEntry> = {}): ArchiveEntry => ({
  name,
  data: Buffer.from(data),
  ...more,
});
const two = [entry('a/b', 'one'), entry('ü', 'zwei')];

describe('archives', () => {
  it.each<[string, ArchiveEntry[], ArchiveOptions]>([
    ['plain', two, {}],
    ['with a comment', two, { comment: 'PK\x05\x06, said the archive' }],
    ['with zip64 records', two, { zip64: true }],
    ['with zip64 sizes', two.map((each) => ({ ...each, zip64: true })), { zip64: true }],
    ['with padding', two.map((each) => ({ ...each, padding: 40 })), {}],
  ])('%s', (_, entries, options) => {
    expect(contents(archive(entries, options))).toEqual({ 'a/b': 'one', ü: 'zwei' });
  });

  it('without entries', () => {
    expect(directory(archive([]))).toEqual([]);
  });

  // Where files have holes.
  it.skipIf(process.platform === 'win32')(
    'of more than four gigabytes, of which only what is asked for is read',
    async () => {
      const gap = 5 * 2 ** 30;
      const file = path.join(folder, 'large.bin');
      const elements = gap / 4;
      const size = Buffer.from(`\x8a\x05${'\0'.repeat(5)}`, 'latin1');
      size.writeUIntLE(elements, 2, 5);
      // The storage of the file's size, with its size as LONG1 instead of BININT.
      const [before, after] = storage('0', 0x11111111).toString('latin1').split('J\x11\x11\x11\x11');
      const large = Buffer.from(before! + size.toString('latin1') + after!, 'latin1');
      const pickle = pickled(
        '}(',
        text('a'),
        tensor(large, 2 ** 30, [2], [2 ** 27]),
        text('b'),
        tensor(storage('1', 2), 0, [2], [1]),
        'u',
      );
      const descriptor = openSync(file, 'w');
      let position = 0;
      const write = (bytes: Uint8Array): void =>
        void (position += writeSync(descriptor, bytes, 0, bytes.length, position));
      const entries: Buffer[] = [];
      const add = (name: string, data: Uint8Array, length = data.length): void => {
        entries.push(centralEntry({ name, zip64: true }, length, position));
        write(localHeader(name));
        write(data);
        position += length - data.length;
      };
      add('x/data.pkl', pickle);
      // Nothing but a hole in the file: it takes no room on the disk.
      const start = position + localHeader('x/data/0').length;
      add('x/data/0', new Uint8Array(), gap);
      add('x/data/1', new Uint8Array(Float32Array.of(3, 4).buffer));
      const [offset, list] = [position, Buffer.concat(entries)];
      write(list);
      write(archiveEnd(3, list.length, offset, { zip64: true }));
      writeSync(descriptor, new Uint8Array(Float32Array.of(1).buffer), 0, 4, start + 4 * 2 ** 30);
      writeSync(descriptor, new Uint8Array(Float32Array.of(2).buffer), 0, 4, start + 4 * (2 ** 30 + 2 ** 27));
      ftruncateSync(descriptor, position);
      closeSync(descriptor);
      expect(statSync(file).size).toBeGreaterThan(gap);
      const before_ = process.memoryUsage().rss;
      const opened = await openTorchFile(file);
      expect(await opened.read('b')).toEqual(hostTensor([3, 4], [2]));
      // Two values half a gigabyte apart.
      expect(await opened.read('a')).toEqual(hostTensor([1, 2], [2]));
      await opened.close();
      expect(process.memoryUsage().rss - before_).toBeLessThan(64 * 2 ** 20);
      rmSync(file);
    },
  );
});

describe('what is refused', () => {
  const invalid = 'error CHECKPOINT_INVALID at x.zip';
  const plain = archive(two);

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), ':  the archive has no directory at its end'],
    ['half of one', plain.subarray(0, 60), ':  the archive has no directory at its end'],
    [
      'one with something behind it',
      Buffer.concat([plain, Buffer.from('x')]),
      ':  the archive has no directory at its end',
    ],
    [
      'one with something before it',
      Buffer.concat([Buffer.from('x'), plain]),
      ':  the directory ends at byte 169, not at 170',
    ],
    [
      'a part of several',
      archive(two, { end: (short) => short.writeUInt16LE(1, 4) }),
      ':  the archive is one of several parts',
    ],
    [
      'a wrong number of entries',
      archive(two, {
        end: (short) => {
          short.writeUInt16LE(3, 8);
          short.writeUInt16LE(3, 10);
        },
      }),
      ':  the directory has 2 entries instead of 3',
    ],
    [
      'a directory elsewhere',
      archive(two, { end: (short) => short.writeUInt32LE(7, 16) }),
      ':  the directory ends at byte 104, not at 169',
    ],
    [
      'a directory before the file',
      archive(two, {
        end: (short) => {
          short.writeUInt32LE(300, 12);
          short.writeUInt32LE(0, 16);
        },
      }),
      ':  the directory ends at byte 300, not at 169',
    ],
    [
      'two ends that differ',
      archive(two, { zip64: true, end: (short) => short.writeUInt32LE(7, 16) }),
      ':  the two ends of the archive contradict each other',
    ],
    [
      'a zip64 record that is none',
      archive(two, { zip64: true, end: (_, long) => long.writeUInt32LE(7, 0) }),
      ':  the archive has no zip64 record',
    ],
    [
      'a zip64 record behind the end',
      archive(two, { zip64: true, end: (_, long) => long.writeBigUInt64LE(500n, 64) }),
      ':  the zip64 record is not before the end of the archive',
    ],
    [
      'a position beyond numbers',
      archive(two, { zip64: true, end: (_, long) => long.writeBigUInt64LE(2n ** 63n, 48) }),
      ':  its directory has the position or size 9223372036854775808',
    ],
    [
      'a huge directory',
      archive(two, { zip64: true, end: (_, long) => long.writeBigUInt64LE(2n ** 40n, 40) }),
      ':  the directory has 1099511627776 bytes',
    ],
    [
      'a compressed entry',
      archive([entry('a', 'one', { method: 8, says: { size: 900, stored: 3 } })]),
      ': "a":  the entry is compressed (method 8)',
    ],
    ['an encrypted entry', archive([entry('a', 'one', { flags: 1 })]), ': "a":  the entry is encrypted'],
    [
      'two sizes',
      archive([entry('a', 'one', { says: { size: 3, stored: 2 } })]),
      ': "a":  the entry has 3 bytes, but takes 2',
    ],
    [
      'an entry twice',
      archive([entry('a', 'one'), entry('a', 'two')]),
      ':  the archive has the entry "a" twice',
    ],
    [
      'a name that is not UTF-8',
      archive([entry('\u00ff', 'one')]).map((byte, i, all) =>
        all[i - 1] === 0xc3 && byte === 0xbf ? 0x20 : byte,
      ),
      ':  a text in it is not UTF-8',
    ],
    [
      'an entry in another',
      archive([entry('a', 'one', { says: { size: 60 } }), entry('b', 'two')]),
      ': "a":  the entry overlaps what begins at byte 34',
    ],
    [
      'two entries at one place',
      archive([entry('a', 'one'), entry('b', 'two', { says: { header: 0 } })]),
      ': "a":  the entry overlaps what begins at byte 0',
    ],
    [
      'an entry in the directory',
      archive([entry('a', 'one', { says: { size: 40 } })]),
      ': "a":  the entry overlaps what begins at byte 34',
    ],
    [
      'an entry behind the file',
      archive([entry('a', 'one', { says: { header: 4000 } })]),
      ': "a":  the entry overlaps what begins at byte 34',
    ],
    [
      'another name in the header',
      archive([entry('a', 'one', { localName: 'b' })]),
      ': "a":  the header at byte 0 is not that of the entry',
    ],
    [
      'padding into the next entry',
      archive([entry('a', 'one'), entry('b', 'two')]).fill(9, 28, 29),
      ': "a":  the entry overlaps what begins at byte 34',
    ],
  ])('%s', (_, bytes, message) => {
    expect(refusal(bytes)).toBe(`${invalid}${message}`);
  });

  it('zip64 sizes that are not there', () => {
    const bytes = archive([entry('a', 'one', { zip64: true })]);
    bytes.writeUInt16LE(2, bytes.indexOf('PK\x01\x02') + 47);
    expect(refusal(bytes)).toBe(`${invalid}: "a":  an entry has no zip64 sizes`);
    bytes.writeUInt16LE(1, bytes.indexOf('PK\x01\x02') + 47);
    bytes.writeUInt16LE(16, bytes.indexOf('PK\x01\x02') + 49);
    expect(refusal(bytes)).toBe(`${invalid}: "a":  an entry has no zip64 sizes`);
  });

  it('every archive that ends too early, and every directory with a byte changed, or reads what is there', () => {
    for (let length = 0; length < plain.length; length++) {
      expect(refusal(plain.subarray(0, length))).not.toBe('no error');
    }
    for (let at = 0; at < plain.length; at++) {
      const changed = Buffer.from(plain);
      changed[at]! ^= 0xff;
      refusal(changed);
    }
  });
});
