import { expect, it } from 'vitest';
import { guardReporter } from './guard-reporter.ts';
import type { NoteRecord } from './reporter.ts';

const note: NoteRecord = { type: 'note', step: 1, message: 'hello' };

it('warns once, tells a broken reporter nothing more, and closes it all the same', async () => {
  const log: string[] = [];
  const guarded = guardReporter(
    'the page',
    () => ({
      name: 'page',
      record: () => {
        log.push('record');
        throw new Error('no room');
      },
      progress: () => void log.push('progress'),
      close: () => {
        log.push('close');
        throw new Error('no room either');
      },
    }),
    (message) => log.push(message),
  );
  expect(guarded.name).toBe('page');
  guarded.record!(note);
  guarded.record!(note);
  guarded.progress!({ type: 'progress', what: 'x', done: 1, total: 2 });
  await guarded.close!();
  expect(log).toEqual(['record', 'the page is left out: no room', 'close']);
});

it('is a reporter that does nothing where none could be made', async () => {
  const warnings: string[] = [];
  const create = (): never => {
    throw new Error('nowhere to write');
  };
  const guarded = guardReporter('the page', create, (message) => warnings.push(message));
  guarded.record!(note);
  await guarded.close!();
  expect(warnings).toEqual(['the page is left out: nowhere to write']);
});
