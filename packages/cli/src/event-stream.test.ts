import { expect, it } from 'vitest';
import { EventStream } from './event-stream.ts';

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of stream) found.push(value);
  return found;
}

it('gives every reader what comes after it was made, in order', async () => {
  const stream = new EventStream<number>();
  stream.push(1);
  const first = collect(stream);
  stream.push(2);
  const second = collect(stream);
  await Promise.resolve();
  stream.push(3);
  stream.end();
  expect(await first).toEqual([2, 3]);
  expect(await second).toEqual([3]);
  expect(await collect(stream)).toEqual([]);
});

it('throws after the events before the failure, and only where somebody reads', async () => {
  const stream = new EventStream<number>();
  const found: number[] = [];
  const reading = (async () => {
    for await (const value of stream) found.push(value);
  })();
  stream.push(1);
  stream.push(2);
  stream.fail(new Error('broken'));
  await expect(reading).rejects.toThrow('broken');
  expect(found).toEqual([1, 2]);
});

it('lets a reader leave', async () => {
  const stream = new EventStream<number>();
  const reading = (async () => {
    for await (const value of stream) return value;
    return undefined;
  })();
  stream.push(1);
  expect(await reading).toBe(1);
  stream.push(2);
});
