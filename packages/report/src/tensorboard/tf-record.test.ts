import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseRecords } from '../testing/tf-records.ts';
import { frameRecord, readRecords } from './tf-record.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-records-'));
afterAll(() => rmSync(folder, { recursive: true }));

const contents = ['', 'one', 'größer', 'x'.repeat(7_000)].map((text) => Buffer.from(text));
const whole = Buffer.concat(contents.map(frameRecord));

it('frames records as another reader has them', () => {
  expect(parseRecords(whole)).toEqual(contents);
  const damaged = Buffer.from(whole);
  damaged[damaged.length - 10]! ^= 1;
  expect(() => parseRecords(damaged)).toThrow('checksum');
});

describe('reading back', () => {
  const read = (bytes: Uint8Array): Buffer[] => {
    const file = path.join(folder, 'file');
    writeFileSync(file, bytes);
    return [...readRecords(file)].map((each) => Buffer.from(each));
  };

  it('gives whole records', () => {
    expect(read(whole)).toEqual(contents);
    expect(read(Buffer.alloc(0))).toEqual([]);
  });

  it('ends at a torn or damaged one', () => {
    const three = contents.slice(0, 3);
    for (const missing of [1, 4, 5, 7_000, 7_010]) expect(read(whole.subarray(0, -missing))).toEqual(three);
    for (const at of [5, 3_000, 7_008]) {
      const damaged = Buffer.from(whole);
      damaged[damaged.length - at]! ^= 4;
      expect(read(damaged)).toEqual(three);
    }
    // A length that says a terabyte is not believed, even where its checksum is right.
    const huge = frameRecord(Buffer.alloc(0));
    huge.writeBigUInt64LE(1n << 40n, 0);
    expect(read(huge)).toEqual([]);
  });
});
