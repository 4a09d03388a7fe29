import { describe, expect, it } from 'vitest';
import type { StepRecord } from '@mdpd/core';
import { createProgress, stepLine, type Progress } from './progress.ts';

const step = (at: number): StepRecord => ({
  type: 'step',
  step: at,
  steps: 1200,
  epoch: 0,
  phase: 'joint',
  loss: 0.512_34,
  metric: 0.831,
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

function collect(
  isTTY: boolean,
  columns?: number,
): { text: () => string; progress: Progress; tick(ms: number): void } {
  let text = '';
  let time = 0;
  const stream = { isTTY, columns, write: (part: string) => (text += part) };
  const progress = createProgress({ stream, metric: () => 'accuracy', now: () => time });
  return { text: () => text, progress, tick: (ms) => (time += ms) };
}

it('fits a step into 80 columns', () => {
  const line = stepLine(step(1200), 'accuracy');
  expect(line).toBe('step 1200/1200  loss 0.512  acc 83.1 %  1,234/s  2 min 10 s left  peak 312 MB');
  expect(line.length).toBeLessThan(80);
  expect(stepLine({ ...step(1), metric: undefined }, 'accuracy')).toBe(
    'step 1/1200  loss 0.512  1,234/s  2 min 10 s left  peak 312 MB',
  );
});

describe('on a terminal', () => {
  it('draws one line again and again, not too often, and clears it at the end', () => {
    const { text, progress, tick } = collect(true, 30);
    progress.record!(step(1));
    tick(50);
    progress.record!(step(2));
    tick(60);
    progress.record!(step(3));
    progress.close!();
    const clear = '\r\u001b[K';
    expect(text()).toBe(`${clear}step 1/1200  loss 0.512  acc…${clear}step 3/1200  loss 0.512  acc…${clear}`);
  });

  it('prints messages above it', () => {
    const { text, progress } = collect(true);
    progress.progress!({ type: 'progress', what: 'decoding train', done: 500, total: 1000 });
    progress.record!({ type: 'note', step: 0, message: 'one image skipped' });
    const clear = '\r\u001b[K';
    expect(text()).toBe(`${clear}decoding train 500/1,000${clear}one image skipped\n`);
  });
});

describe('elsewhere', () => {
  it('prints whole lines: first, last, and one every ten seconds', () => {
    const { text, progress, tick } = collect(false);
    for (let at = 1; at <= 1200; at++) {
      progress.record!(step(at));
      tick(10);
    }
    const printed = text().trimEnd().split('\n');
    expect(printed.map((line) => line.split('  ')[0])).toEqual([
      'step 1/1200',
      'step 1001/1200',
      'step 1200/1200',
    ]);
    expect(text()).not.toContain('\r');
  });

  it('prints evaluations', () => {
    const { text, progress } = collect(false);
    const metrics = { accuracy: 0.831, matthews: 0.5 };
    const record = {
      type: 'evaluation',
      step: 20,
      split: 'validation',
      path: 'faded',
      examples: 200,
      metrics,
    } as const;
    progress.record!({ ...record, time: { seconds: 1 } });
    expect(text()).toBe('step 20  validation faded: accuracy 83.1 %, matthews 0.5000 (200 examples)\n');
  });
});
