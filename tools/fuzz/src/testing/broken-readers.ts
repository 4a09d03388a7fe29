/** Readers that are broken on purpose, each in one way: the harness must catch every one of them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { MdpdError } from '@mdpd/core/errors';
import type { Reader } from '../reader.ts';
import { one } from '../readers/corpus.ts';

/** Kept by the reader that hoards. */
const hoard: Uint8Array[] = [];

const ways: Readonly<Record<string, (folder: string, first: number) => unknown>> = {
  'broken-crash': (_, first) => (undefined as unknown as string[])[first]!.length,
  'broken-hang': () => {
    for (;;);
  },
  'broken-sleep': () => new Promise((resolve) => setTimeout(resolve, 3000)),
  'broken-memory': (_, first) => {
    const bytes = new Uint8Array(600 * 2 ** 20);
    // A byte of every page makes all of it resident.
    for (let at = 0; at < bytes.length; at += 4096) bytes[at] = first;
    hoard.push(bytes);
  },
  'broken-escape': (folder) => readFile(path.join(folder, '../canary/canary')),
  'broken-write': (folder) => writeFileSync(path.join(folder, 'left-behind'), ''),
  'broken-pollution': (_, first) =>
    Object.defineProperty(Object.prototype, `polluted${first}`, { value: 1, configurable: true }),
  'broken-stray': () => void Promise.reject(new Error('nobody waits for this')),
  'broken-disguise': (_, first) => {
    try {
      return (undefined as unknown as string[])[first]!.length;
    } catch (cause) {
      throw new MdpdError('SOUNDS_FINE', 'the file cannot be read', { cause });
    }
  },
  'broken-exit': () => process.exit(0),
};

/** They do what they must not where the first byte of the file is above 200. */
export const broken: readonly Reader[] = Object.entries(ways).map(([name, misbehave]) => ({
  name,
  reads: 'a byte',
  seeds: () => Promise.resolve([one('x', Buffer.from([1]))]),
  mutate: (random) => one('x', Buffer.from([random.integer(256)])),
  async read(folder) {
    const first = readFileSync(path.join(folder, 'x'))[0]!;
    if (first > 200) await misbehave(folder, first);
    if (first > 100) throw new MdpdError('TOO_LARGE', 'the byte is above 100');
  },
}));
