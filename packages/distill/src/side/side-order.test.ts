import type { Backbone } from '@mdpd/core';
import { formatError, type MdpdError } from '@mdpd/core';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { expect, it } from 'vitest';
import { readingOrder } from './side-order.ts';

function reading(reads: Readonly<Record<string, readonly string[]>>): Backbone {
  const plain = tinyBackbone();
  const spec = plain.streams['main']!;
  const streams = Object.fromEntries(
    Object.entries(reads).map(([name, of]) => [name, { ...spec, reads: of }]),
  );
  return { ...plain, streams };
}

it('has every stream after those that it reads, and else the order of the backbone', () => {
  expect(readingOrder(tinyBackbone({ streams: 2 }))).toEqual(['left', 'right']);
  expect(readingOrder(reading({ b: ['c'], a: [], c: ['a'] }))).toEqual(['a', 'c', 'b']);
});

it('refuses streams that read each other', () => {
  let thrown: unknown;
  try {
    readingOrder(reading({ a: ['b'], b: ['a'] }));
  } catch (error) {
    thrown = error;
  }
  expect(formatError(thrown as MdpdError)).toBe(
    'error SIDE_READS\n  stream a of backbone tiny reads itself by way of others\n  allowed: streams that read others which are finished before',
  );
});
