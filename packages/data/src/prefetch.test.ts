import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { prefetch } from './prefetch.ts';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) result.push(item);
  return result;
}

describe('prefetch', () => {
  it('keeps the order, whichever load ends first', async () => {
    const load = async (key: number): Promise<number> => {
      await delay(5 * (4 - key));
      return key * 10;
    };
    expect(await collect(prefetch([1, 2, 3], load, { ahead: 3 }))).toEqual([10, 20, 30]);
    expect(await collect(prefetch([], load))).toEqual([]);
  });

  it('loads the next one, and no more, while one is used', async () => {
    const started: number[] = [];
    const load = async (key: number): Promise<number> => {
      started.push(key);
      return Promise.resolve(key);
    };
    const items = prefetch([0, 1, 2, 3, 4], load);
    expect(started).toEqual([]);
    await items.next();
    await delay(1);
    expect(started).toEqual([0, 1]);
    await items.next();
    expect(started).toEqual([0, 1, 2]);
    await items.return();
    expect(started).toEqual([0, 1, 2]);
  });

  it('throws the error of a load when its turn comes', async () => {
    const seen: number[] = [];
    const load = (key: number): Promise<number> => {
      if (key === 2) throw new Error('bad 2');
      return Promise.resolve(key);
    };
    const run = async (): Promise<void> => {
      for await (const item of prefetch([0, 1, 2, 3], load, { ahead: 4 })) seen.push(item);
    };
    await expect(run()).rejects.toThrow('bad 2');
    expect(seen).toEqual([0, 1]);
  });

  it('closes an iterator that is left early', async () => {
    let closed = false;
    function* keys(): Generator<number> {
      try {
        for (let key = 0; ; key++) yield key;
      } finally {
        closed = true;
      }
    }
    for await (const item of prefetch(keys(), (key) => Promise.resolve(key))) if (item === 3) break;
    expect(closed).toBe(true);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const run = async (): Promise<void> => {
      const items = prefetch([0, 1, 2, 3], (key) => Promise.resolve(key), { signal: controller.signal });
      for await (const item of items) {
        seen.push(item);
        if (item === 1) controller.abort(new Error('interrupted'));
      }
    };
    await expect(run()).rejects.toThrow('interrupted');
    expect(seen).toEqual([0, 1]);
  });
});
