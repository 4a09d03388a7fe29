import type { Batch } from '@mdpd/core';
import { expect, it } from 'vitest';
import { KeptBatches } from './kept-batches.ts';

const batch = (size: number): Batch => ({ size, input: {}, target: {} });

it('gives a batch once, under a name that was not used before', () => {
  const kept = new KeptBatches();
  const [first, second] = [kept.keep(batch(1)), kept.keep(batch(2))];
  expect(first).not.toBe(second);
  expect(kept.take(second)?.size).toBe(2);
  expect(kept.take(second)).toBeUndefined();
  expect(kept.take(first)?.size).toBe(1);
  expect(kept.take('__proto__')).toBeUndefined();
});

it('keeps few, and none for long', () => {
  let now = 0;
  const kept = new KeptBatches(() => now);
  const ids = Array.from({ length: 20 }, (_, index) => kept.keep(batch(index)));
  expect(ids.filter((id) => kept.take(id)).length).toBe(16);
  const late = kept.keep(batch(1));
  now = 11 * 60_000;
  expect(kept.take(late)).toBeUndefined();
});
