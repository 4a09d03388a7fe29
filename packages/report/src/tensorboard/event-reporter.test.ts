import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '@mdpd/core';
import { eventTime } from './event.ts';
import { began, ExampleRun, exampleRecords, oracles, writeExampleRun } from '../testing/example-run.ts';
import { parseRecords } from '../testing/tf-records.ts';

const root = mkdtempSync(path.join(tmpdir(), 'mdpd-tensorboard-'));
const folder = path.join(root, 'run');
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => rmSync(folder, { recursive: true, force: true }));

const records = exampleRecords();
const events = ({ file }: ExampleRun): Buffer[] => parseRecords(readFileSync(file));
const times = (run: ExampleRun): number[] => events(run).map((event) => eventTime(event).wallTime - began);

it('writes the bytes that TensorBoard was given for the oracle', async () => {
  await writeExampleRun(folder);
  const name = 'events.out.tfevents.0.mdpd';
  const made = readFileSync(path.join(folder, name));
  expect(made.equals(readFileSync(path.join(oracles, name)))).toBe(true);
});

describe('a run that goes on', () => {
  it('makes the same file again of the lines that were kept, times included, and appends', async () => {
    const first = new ExampleRun(folder);
    first.tell(records.slice(0, 9));
    await first.end(false);
    const before = events(first);
    const on = new ExampleRun(folder, records.slice(0, 6), began + 3600);
    // Version, recipe, six records; what came after the checkpoint is gone, and so is the end of the session.
    expect(events(on)).toEqual(before.slice(0, 8));
    on.tell(records.slice(6));
    await on.end(true);
    expect(times(on).slice(6, 10)).toEqual([2.5, 3, 3600.5, 3601]);
    expect(events(on)).toHaveLength(2 + records.length + 1 + 4 + 1);
  });

  it('says nothing again of what was said before the first step', () => {
    const run = new ExampleRun(folder, records.slice(0, 3));
    const count = events(run).length;
    run.tell([{ type: 'note', step: 0, message: 'again' }]);
    run.tell(records.slice(4, 5));
    expect(events(run)).toHaveLength(count + 1);
  });

  it('reckons times from how long the run had taken where the old file is gone, or is none', () => {
    for (const text of [undefined, 'no event file']) {
      rmSync(folder, { recursive: true, force: true });
      const empty = new ExampleRun(folder);
      rmSync(empty.file);
      if (text !== undefined) writeFileSync(empty.file, text);
      const at = Date.now() / 1000 + 3600;
      const run = new ExampleRun(folder, records.slice(0, 6), at);
      const [start, , , step1, step2, step3, evaluation] = times(run);
      expect([step1! - start!, step2! - start!, step3! - start!]).toEqual([
        expect.closeTo(0.25, 5),
        expect.closeTo(0.5, 5),
        expect.closeTo(0.75, 5),
      ]);
      expect(evaluation).toBe(step3);
    }
  });

  it('takes what a torn file still says', () => {
    const first = new ExampleRun(folder);
    first.tell(records.slice(0, 6));
    truncateSync(first.file, readFileSync(first.file).length - 7);
    const on = new ExampleRun(folder, records.slice(0, 6), began + 3600);
    expect(times(on).slice(0, 8)).toEqual([0, 0, 0.5, 1, 1.5, 2, 2.5, expect.any(Number)]);
  });
});

it('has everything on the disk after an evaluation, and soon after a step', () => {
  const run = new ExampleRun(folder);
  run.tell(records.slice(0, 3));
  const few = events(run).length;
  expect(few).toBe(2);
  run.tell(records.slice(4, 5));
  expect(events(run)).toHaveLength(6);
});

it('ends a session that did not finish as failed, without result or examples', async () => {
  const run = new ExampleRun(folder);
  run.tell(records.slice(0, 2));
  await run.end(false);
  const last = events(run).at(-1)!.toString('latin1');
  expect(last).toContain('_hparams_/session_end_info');
  expect(events(run).join('')).not.toContain('result/');
});

it('closes its file whatever happens', async () => {
  const run = new ExampleRun(folder);
  writeFileSync(path.join(folder, 'result.json'), '{}');
  run.tell(records.slice(0, 3));
  await expect(run.end(false)).rejects.toThrow();
  expect(events(run)).toHaveLength(5);
  const metrics = path.join(folder, 'metrics.jsonl');
  appendFileSync(metrics, 'damage\n');
  expect(() => new ExampleRun(folder, [{ type: 'other' } as unknown as RunRecord])).toThrow('is no record');
  expect(existsSync(run.file)).toBe(true);
});

it('costs little: 2,000 records in less than a second', () => {
  const run = new ExampleRun(folder);
  const many = Array.from({ length: 2000 }, () => records[1]!);
  const start = performance.now();
  run.tell(many);
  expect(performance.now() - start).toBeLessThan(1000);
});
