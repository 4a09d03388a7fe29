import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { torchPermutation } from './torch-permutation.ts';

interface Case {
  readonly count: number;
  readonly seed: number;
  readonly first: number[];
  readonly last: number[];
  /** Of all numbers, 32-bit little-endian. */
  readonly crc32: number;
}

const { cases } = JSON.parse(readFileSync(new URL('oracles/permutations.json', import.meta.url), 'utf8')) as {
  cases: Case[];
};

describe('torchPermutation', () => {
  it.each(cases)('equals PyTorch: $count, seed $seed', ({ count, seed, ...expected }) => {
    const order = torchPermutation(count, seed);
    expect([...order.slice(0, 20)]).toEqual(expected.first);
    expect([...order.slice(-5)]).toEqual(expected.last);
    expect(crc32(new Uint8Array(order.buffer))).toBe(expected.crc32);
  });

  it('of nothing is nothing', () => {
    expect(torchPermutation(0, 42)).toHaveLength(0);
  });
});
