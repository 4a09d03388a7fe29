import { setTimeout as after } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ModelQueue } from './model-queue.ts';

const patient = { most: 3, milliseconds: 10_000 };

it('runs one after the other, in order, also after one that failed', async () => {
  const queue = new ModelQueue(patient);
  let running = 0;
  const order: number[] = [];
  const work = (number: number) => async (): Promise<number> => {
    running += 1;
    expect(running).toBe(1);
    await after(2);
    running -= 1;
    order.push(number);
    if (number === 1) throw new Error('one');
    return number;
  };
  const results = await Promise.allSettled([0, 1, 2].map((number) => queue.run(work(number))));
  expect(order).toEqual([0, 1, 2]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('refuses where enough wait, and takes more once they are done', async () => {
  const queue = new ModelQueue(patient);
  const waiting = [1, 2, 3].map(() => queue.run(() => after(1)));
  expect(() => queue.run(() => after(1))).toThrow(
    expect.objectContaining({ code: 'SERVE_BUSY', status: 503, headers: { 'retry-after': '1' } }),
  );
  await Promise.all(waiting);
  await queue.idle();
  expect(await queue.run(() => Promise.resolve('again'))).toBe('again');
});

it('gives up what takes too long, and leaves out what waited for it', async () => {
  const queue = new ModelQueue({ most: 3, milliseconds: 20 });
  let second = false;
  const slow = queue.run(() => after(60));
  const late = queue.run(() => Promise.resolve((second = true)));
  await expect(slow).rejects.toMatchObject({ code: 'SERVE_TIMEOUT', status: 504 });
  await expect(late).rejects.toMatchObject({ code: 'SERVE_TIMEOUT' });
  await queue.idle();
  expect(second).toBe(false);
});

it('leaves out what nobody waits for any more', async () => {
  const queue = new ModelQueue(patient);
  const gone = new AbortController();
  let ran = false;
  const first = queue.run(() => after(5));
  const second = queue.run(() => Promise.resolve((ran = true)), gone.signal);
  gone.abort();
  await first;
  await expect(second).rejects.toMatchObject({ code: 'SERVE_TIMEOUT' });
  expect(ran).toBe(false);
});
