/** Damaged and hostile bytes: never anything but a clear error, or tensors; never much memory. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MdpdError } from '@mdpd/core';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { afterAll, describe, expect, it } from 'vitest';
import { countOf } from './tensor-view.ts';
import { checkpoint } from './testing/archive.ts';
import { openTorchFile } from './torch-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'torch-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = path.join(folder, 'x.bin');
const codes = ['CHECKPOINT_INVALID', 'CHECKPOINT_UNSAFE', 'CHECKPOINT_AMBIGUOUS', 'CHECKPOINT_RANGE'];

const oracle = (name: string): Buffer => readFileSync(new URL(`./oracles/${name}.bin`, import.meta.url));
const names = ['types', 'types-legacy', 'views', 'views-legacy', 'nested', 'nested-legacy', 'big-endian'];
const seeds = [...names, 'hostile/system', 'hostile/system-legacy', 'hostile/deflated', 'hostile/huge'].map(
  oracle,
);

/** `read`, or the code of the error. Anything else that is thrown fails the test, as do values beyond what the file has. */
async function outcome(bytes: Uint8Array): Promise<string> {
  writeFileSync(file, bytes);
  try {
    const opened = await openTorchFile(file);
    try {
      for (const [name, { shape }] of opened.entries) {
        const { data } = await opened.read(name);
        if (data.length !== countOf(shape)) throw new Error(`${name} has ${data.length} values`);
        if (data.length > Math.max(bytes.length, 1 << 20))
          throw new Error(`${name} has ${data.length} values`);
      }
    } finally {
      await opened.close();
    }
    return 'read';
  } catch (error) {
    if (error instanceof MdpdError && codes.includes(error.code)) return error.code;
    throw error;
  }
}

/** Integers below a bound from a seed. */
function drawing(seed: number): (bound: number) => number {
  const generator = xoroshiro128plus(seed);
  return (bound) => uniformInt(generator, 0, bound - 1);
}

/** A few changes: bits, bytes, stretches that are cut out, doubled, or come from another file. */
function mutated(bytes: Buffer, draw: (bound: number) => number): Buffer {
  let result = Buffer.from(bytes);
  for (let changes = 1 + draw(4); changes > 0; changes--) {
    const at = draw(result.length);
    const until = Math.min(result.length, at + 1 + draw(16));
    const kind = draw(6);
    if (kind === 0) result[at]! ^= 1 << draw(8);
    else if (kind === 1) result[at] = draw(256);
    else if (kind === 2) result.fill(0xff, at, until);
    else if (kind === 3) result = Buffer.concat([result.subarray(0, at), result.subarray(until)]);
    else if (kind === 4) result = Buffer.concat([result.subarray(0, until), result.subarray(at)]);
    else {
      const other = seeds[draw(seeds.length)]!;
      const from = draw(other.length);
      other.copy(result, at, from, from + (until - at));
    }
    if (result.length === 0) return result;
  }
  return result;
}

const counted = (outcomes: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    [...new Set(outcomes)].map((key) => [key, outcomes.filter((each) => each === key).length]),
  );

describe('bytes that are changed', () => {
  it('give a clear error or tensors, and take little memory', async () => {
    const draw = drawing(20_260);
    const outcomes: string[] = [];
    const memory = (): number => process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    let most = 0;
    for (let run = 0; run < 1600; run++) {
      const bytes = mutated(seeds[run % seeds.length]!, draw);
      const before = memory();
      outcomes.push(await outcome(bytes));
      most = Math.max(most, memory() - before);
    }
    const counts = counted(outcomes);
    expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(1600);
    for (const code of ['read', 'CHECKPOINT_INVALID', 'CHECKPOINT_UNSAFE'])
      expect(counts[code]).toBeGreaterThan(50);
    expect(most).toBeLessThan(4 * 2 ** 20);
  });

  it('in the pickle alone, too', async () => {
    const draw = drawing(7);
    const whole = oracle('nested');
    const pickle = whole.subarray(whole.indexOf('\x80\x02', 0, 'latin1'), whole.indexOf('PK\x07\x08'));
    const outcomes: string[] = [];
    for (let run = 0; run < 1200; run++) {
      const storages = Object.fromEntries(Array.from({ length: 8 }, (_, key) => [key, new Uint8Array(24)]));
      outcomes.push(await outcome(checkpoint(mutated(pickle, draw), storages)));
    }
    expect(counted(outcomes)['CHECKPOINT_UNSAFE']).toBeGreaterThan(50);
  });

  it('at single bits of a small file, everywhere', async () => {
    const bytes = oracle('hostile/system-legacy');
    for (let bit = 0; bit < bytes.length * 8; bit += 3) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(await outcome(changed)).not.toBe('read');
    }
  });
});

describe('bytes that end too early', () => {
  it('give an error, whatever their length', async () => {
    for (const name of ['types', 'nested-legacy', 'hostile/system']) {
      const bytes = oracle(name);
      for (let length = 0; length < bytes.length; length += 1 + (length % 11)) {
        expect(await outcome(bytes.subarray(0, length))).not.toBe('read');
      }
    }
  });
});

describe('bytes of any kind', () => {
  it('give an error', async () => {
    const draw = drawing(3);
    const beginnings = [Buffer.from('PK\x03\x04'), oracle('types-legacy').subarray(0, 15), Buffer.alloc(0)];
    for (let run = 0; run < 500; run++) {
      const bytes = Buffer.from(Array.from({ length: draw(200) }, () => draw(256)));
      expect(await outcome(Buffer.concat([beginnings[run % 3]!, bytes]))).not.toBe('read');
    }
  });
});
