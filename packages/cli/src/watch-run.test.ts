import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord, StepRecord } from '@mdpd/core';
import { lockRun } from './checkpoint/run-lock.ts';
import { metricsLine } from './metrics-file.ts';
import { createProgress } from './progress.ts';
import { exampleResult } from './testing/example-result.ts';
import { RunWatch, type Standing } from './watch-run.ts';

const root = mkdtempSync(path.join(tmpdir(), 'mdpd-watch-'));
const folder = path.join(root, 'run');
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => rmSync(folder, { recursive: true, force: true }));

const step = (at: number): StepRecord => ({
  type: 'step',
  step: at,
  steps: 60,
  epoch: 0,
  phase: 'joint',
  loss: 1 / at,
  metric: 0.5,
  parts: {},
  learningRate: {},
  time: {
    seconds: 0.2,
    elapsedSeconds: 1,
    samplesPerSecond: 1234,
    remainingSeconds: 130,
    rssBytes: 1,
    peakRssBytes: 312_000_000,
  },
});
const evaluation: RunRecord = {
  type: 'evaluation',
  step: 5,
  split: 'validation',
  path: 'faded',
  examples: 20,
  metrics: { accuracy: 0.5 },
  time: { seconds: 1 },
};
const text = (...records: RunRecord[]): string => records.map(metricsLine).join('');
const file = (name: string): string => path.join(folder, name);

/** A run that is at work in the folder. */
function begin(): () => void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file('recipe.yaml'), 'task: vtab\n');
  return lockRun(file('run.lock'), 'run');
}

interface Watched {
  lines(): string[];
  metric(): string;
  /** Waits until something was told. */
  told(what: string): Promise<void>;
  stop(): void;
  readonly end: Promise<Standing>;
}

function watch(): Watched {
  let shown = '';
  let metric = '';
  const controller = new AbortController();
  const run = new RunWatch({
    folder,
    name: 'run',
    progress: createProgress({
      stream: { isTTY: false, write: (part: string) => (shown += part) },
      metric: () => metric,
    }),
    onMetric: (name) => (metric = name),
    signal: controller.signal,
    interval: 5,
  });
  return {
    lines: () => shown.trimEnd().split('\n'),
    metric: () => metric,
    told: async (what) => {
      for (const from = Date.now(); !shown.includes(what);) {
        expect(Date.now() - from, `waiting for ${what}; so far: ${shown}`).toBeLessThan(5000);
        await setTimeout(5);
      }
    },
    stop: () => controller.abort(),
    end: run.follow(),
  };
}

describe('follows a run', () => {
  it('from before it is there to its end', async () => {
    const watched = watch();
    await watched.told('run: there is no run yet; waiting for one');
    const unlock = begin();
    await watched.told('run: running');
    writeFileSync(file('metrics.jsonl'), text(step(1)));
    await watched.told('step 1/60  loss 1.00');
    // A line that is being written is waited for.
    const torn = text(evaluation);
    appendFileSync(file('metrics.jsonl'), torn.slice(0, 20));
    await setTimeout(50);
    appendFileSync(file('metrics.jsonl'), torn.slice(20));
    await watched.told('step 5  validation faded: accuracy 50.0 % (20 examples)');
    expect(watched.metric()).toBe('accuracy');
    appendFileSync(file('metrics.jsonl'), text(step(60)));
    writeFileSync(file('result.json'), JSON.stringify(exampleResult()));
    unlock();
    const standing = await watched.end;
    expect(standing).toMatchObject({ state: { kind: 'finished' }, step: { step: 60 } });
    expect(watched.lines().at(-1)).toMatch(/^step 60\/60 {2}loss 0.0167 {2}acc 50.0 %/);
    expect(watched.lines()).toHaveLength(5);
  });

  it('that has come a long way already: of its steps the last is told', async () => {
    const unlock = begin();
    writeFileSync(file('metrics.jsonl'), text(step(1), step(2), evaluation, step(6), step(7)));
    const watched = watch();
    await watched.told('running');
    expect(watched.lines().map((line) => line.split('  ')[0])).toEqual([
      'step 5',
      'step 7/60',
      'run: running',
    ]);
    unlock();
    watched.stop();
    await watched.end;
  });

  it('that is stopped, and goes on from its checkpoint', async () => {
    const unlock = begin();
    writeFileSync(file('metrics.jsonl'), text(step(1), step(2), evaluation, step(6), step(7)));
    const watched = watch();
    await watched.told('running');
    writeFileSync(file('failed.json'), JSON.stringify({ code: 'INTERRUPTED', message: 'stopped' }));
    unlock();
    await watched.told('run: stopped after step 7 of 60, no process works in it; waiting for it to go on');
    const again = begin();
    rmSync(file('failed.json'));
    writeFileSync(file('metrics.jsonl'), text(step(1), step(2), evaluation));
    await watched.told('run: goes on after step 2 of 60');
    appendFileSync(file('metrics.jsonl'), text(step(3)));
    writeFileSync(file('failed.json'), JSON.stringify({ code: 'DISK_FULL', message: 'no room' }));
    again();
    const { state, step: last, evaluations } = await watched.end;
    expect(state).toMatchObject({ kind: 'failed', error: { code: 'DISK_FULL', message: 'no room' } });
    expect([last!.step, evaluations.length]).toEqual([3, 1]);
    // What was told before is not told again.
    expect(watched.lines().filter((line) => line.includes('validation'))).toHaveLength(1);
  });

  it('that is gone before its first step', async () => {
    const unlock = begin();
    const watched = watch();
    await watched.told('running');
    unlock();
    rmSync(folder, { recursive: true });
    await watched.told('run: the run is gone, as one that fails before its first step; waiting for another');
    watched.stop();
    expect((await watched.end).state.kind).toBe('absent');
  });
});

it('ends at once when it is told to', async () => {
  const watched = watch();
  await watched.told('waiting');
  const asked = Date.now();
  watched.stop();
  expect((await watched.end).state.kind).toBe('absent');
  expect(Date.now() - asked).toBeLessThan(500);
});

it('names a line that is no record', async () => {
  const unlock = begin();
  writeFileSync(file('metrics.jsonl'), '{"type":"step","step":1}\n');
  await expect(watch().end).rejects.toMatchObject({ code: 'RECORDS_INVALID' });
  unlock();
});
