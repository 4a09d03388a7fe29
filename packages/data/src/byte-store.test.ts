import { describe, expect, it } from 'vitest';
import { ByteStore } from './byte-store.ts';

describe('ByteStore', () => {
  it('gives back copies of what was put in, small and large', () => {
    const store = new ByteStore(5, { remaining: 1 << 26 });
    const sizes = [3, 700_000, 700_000, 3 << 20, 0];
    const source = sizes.map((size, key) => new Uint8Array(size).fill(key + 1));
    for (const [key, bytes] of source.entries()) expect(store.put(key, bytes)).toBe(true);
    source[0]!.fill(99);
    for (const [key, size] of sizes.entries()) {
      const bytes = store.get(key)!;
      expect(bytes.length).toBe(size);
      expect(bytes.every((byte) => byte === key + 1)).toBe(true);
    }
    expect(new ByteStore(5, { remaining: 10 }).get(0)).toBeUndefined();
  });

  it('stops at a budget that several stores share', () => {
    const budget = { remaining: 10 };
    const [first, second] = [new ByteStore(2, budget), new ByteStore(2, budget)];
    expect(first.put(0, new Uint8Array(6))).toBe(true);
    expect(second.put(0, new Uint8Array(6))).toBe(false);
    expect(second.put(1, new Uint8Array(4))).toBe(true);
    expect(budget.remaining).toBe(0);
    expect([second.get(0), second.get(1)?.length]).toEqual([undefined, 4]);
  });
});
