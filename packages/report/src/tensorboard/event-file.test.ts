import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { EventFile } from './event-file.ts';
import { parseRecords } from '../testing/tf-records.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-events-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('keeps a little back, and writes it in time', () => {
  const name = path.join(folder, 'file');
  const size = (): number => statSync(name).size;
  let time = 0;
  const file = new EventFile(name, () => time);
  file.add(Buffer.alloc(84));
  expect(size()).toBe(0);
  time = 1999;
  file.flushWhenDue();
  expect(size()).toBe(0);
  time = 2000;
  file.flushWhenDue();
  expect(size()).toBe(100);
  file.add(Buffer.alloc(84));
  expect(size()).toBe(100);
  // A clock that is set back keeps nothing back.
  time = -10_000;
  file.add(Buffer.alloc(84));
  expect(size()).toBe(300);
  file.add(Buffer.alloc(63_984));
  expect(size()).toBe(64_300);
  file.add(Buffer.from('last'));
  file.close();
  expect(parseRecords(readFileSync(name)).at(-1)!.toString()).toBe('last');
});

it.skipIf(process.platform !== 'linux')('throws where nothing can be written, once', () => {
  const file = new EventFile('/dev/full', () => 0);
  file.add(Buffer.from('x'));
  expect(() => file.flush()).toThrow('ENOSPC');
  file.flush();
  file.close();
});
