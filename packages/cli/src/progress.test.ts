import { describe, expect, it } from 'vitest';
import type { StepRecord } from '@mdpd/core';
import { displayWidth } from '@mdpd/report/display-width';
import { createProgress, stepLine, type Progress } from './progress.ts';
import type { Environment } from './terminal.ts';

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

const utf8 = { LANG: 'C.UTF-8', TERM: 'xterm', NO_COLOR: '1' };
const clear = '\r\u001b[K';

interface Collected {
  readonly progress: Progress;
  readonly stream: { columns: number | undefined };
  text(): string;
  /** What was drawn last. */
  last(): string;
  tick(ms: number): void;
}

function collect(
  isTTY: boolean,
  columns?: number,
  environment: Environment = utf8,
  metric = 'accuracy',
): Collected {
  let text = '';
  let time = 0;
  const stream = { isTTY, columns, write: (part: string) => (text += part) };
  const progress = createProgress({ stream, metric: () => metric, now: () => time, environment });
  const last = (): string => text.slice(text.lastIndexOf('\r')).replace(/^\r(\u001b\[K)?/, '');
  return { text: () => text, last, progress, stream, tick: (ms) => (time += ms) };
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
    expect(text()).toBe(`${clear}step 1/1200  loss 0.512  acc…${clear}step 3/1200  loss 0.512  acc…${clear}`);
  });

  it('prints messages above it', () => {
    const { text, progress } = collect(true);
    progress.progress!({ type: 'progress', what: 'decoding train', done: 500, total: 1000 });
    progress.record!({ type: 'note', step: 0, message: 'one image skipped' });
    expect(text()).toBe(`${clear}decoding train 500/1,000${clear}one image skipped\n`);
  });
});

describe('the curve of the loss', () => {
  const falling = (at: number): StepRecord => ({ ...step(at), loss: 4 - at / 4 });
  const drawn = (columns: number | undefined, environment?: Environment, steps = 14): Collected => {
    const collected = collect(true, columns, environment);
    for (let at = 1; at <= steps; at++) {
      collected.progress.record(falling(at));
      collected.tick(200);
    }
    return collected;
  };

  it('stands behind the loss where there is room, smaller where there is little', () => {
    const numbers = '  acc 83.1 %  1,234/s  2 min 10 s left  peak 312 MB';
    expect(drawn(100).last()).toBe(`step 14/1200  loss 0.500 █▇▇▆▆▅▄▄▃▂▂▁${numbers}`);
    expect(drawn(86).last()).toMatch(/^step 14\/1200 {2}loss 0.500 █[▁-█]{7}▁? {2}acc/);
    expect(drawn(80).last()).toBe(`step 14/1200  loss 0.500${numbers}`);
    expect(drawn(undefined).last()).toBe(`step 14/1200  loss 0.500${numbers}`);
    expect(drawn(100, utf8, 2).last()).toContain('loss 3.50 █▁  acc');
  });

  it('never takes the last column, whatever the width', () => {
    for (let columns = 1; columns < 130; columns++) {
      for (const environment of [utf8, { LANG: 'C', NO_COLOR: '1' }, { LANG: 'C', TERM: 'dumb' }]) {
        const line = drawn(columns, environment).last();
        expect(displayWidth(line), `${columns}: ${line}`).toBeLessThan(columns);
      }
    }
  });

  it('is of ASCII letters where the locale knows no others', () => {
    expect(drawn(100, { LANG: 'C', NO_COLOR: '1' }).last()).toContain('loss 0.500 #');
    expect(drawn(100, { LANG: 'C', NO_COLOR: '1' }).text()).toMatch(/^[\x00-\x7f]*$/);
    expect(drawn(30, { LANG: 'C', NO_COLOR: '1' }).last()).toBe('step 14/1200  loss 0.500  ...');
  });

  it('has a colour where colours are shown', () => {
    const colours = drawn(100, { ...utf8, NO_COLOR: '' });
    expect(colours.last()).toMatch(/ \u001b\[36m█\S+\u001b\[39m {2}acc/);
    expect(displayWidth(colours.last().replace(/\u001b\[\d+m/g, ''))).toBe(displayWidth(drawn(100).last()));
    expect(drawn(100, { ...utf8, FORCE_COLOR: '1' }).last()).toContain('\u001b[36m');
    expect(drawn(30, { ...utf8, FORCE_COLOR: '1' }).last()).not.toContain('\u001b[36m');
  });

  it('has steps that are past, and forgets', () => {
    const { progress, last } = collect(true, 100);
    for (let at = 1; at <= 14; at++) progress.recall(falling(at));
    expect(last()).toBe('');
    progress.show(falling(14));
    expect(last()).toContain('loss 0.500 █▇▇▆▆▅▄▄▃▂▂▁  acc');
    progress.forget();
    progress.recall(falling(1));
    progress.show(falling(14));
    expect(last()).toContain('loss 0.500 ▁  acc');
  });
});

describe('what strangers wrote', () => {
  it('takes as many columns as it does on the terminal', () => {
    for (let columns = 2; columns < 90; columns++) {
      const { progress, last } = collect(true, columns, utf8, '精度😀');
      progress.record(step(2));
      expect(displayWidth(last())).toBeLessThan(columns);
      progress.progress!({ type: 'progress', what: '猫'.repeat(60), done: 1, total: 1 });
      expect(displayWidth(last())).toBeLessThan(columns);
    }
  });

  it('commands no terminal', () => {
    for (const isTTY of [true, false]) {
      const { progress, text } = collect(isTTY, 200, utf8, 'f1\u001b[2J\nsecond');
      progress.record({ type: 'note', step: 1, message: 'file \u001b]0;title\u0007\r.png' });
      progress.record(step(1));
      progress.progress!({ type: 'progress', what: 'a\nb\u001b[1m', done: 1, total: 1 });
      const own = text().replaceAll(clear, '');
      expect(own).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
      expect(own).toContain('file \\x1b]0;title\\x07\\x0d.png\n');
    }
  });

  it('may have metrics that are no numbers', () => {
    const { progress, text } = collect(false);
    const metrics = { pearson: null as unknown as number };
    progress.record({
      type: 'evaluation',
      step: 20,
      split: 'test',
      path: 'side',
      examples: 2,
      metrics,
      time: { seconds: 1 },
    });
    expect(text()).toBe('step 20  test side: pearson none (2 examples)\n');
  });
});

it('writes over the line on a terminal that cannot erase', () => {
  const { progress, text } = collect(true, 20, { TERM: 'dumb', LANG: 'C.UTF-8' });
  progress.record(step(1));
  progress.close!();
  const over = ' '.repeat(19);
  expect(text()).toBe(`\r\rstep 1/1200  los...\r${over}\r`);
});

it('follows a terminal that is made smaller', () => {
  const { progress, stream, last, tick } = collect(true, 100);
  progress.record(step(1));
  stream.columns = 40;
  tick(200);
  progress.record(step(2));
  expect(displayWidth(last())).toBe(39);
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
