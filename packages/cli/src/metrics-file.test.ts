import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '@mdpd/core';
import { MetricsFile } from './metrics-file.ts';

const time = {
  seconds: 1,
  elapsedSeconds: 2,
  samplesPerSecond: 3,
  remainingSeconds: 4,
  rssBytes: 5,
  peakRssBytes: 6,
};

it('writes one object a line with the keys in a fixed order, time last', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-metrics-'));
  const file = path.join(folder, 'metrics.jsonl');
  const records: RunRecord[] = [
    {
      time,
      loss: 0.5,
      parts: { taskLoss: 0.5 },
      learningRate: { head: 0.01 },
      type: 'step',
      phase: 'joint',
      epoch: 0,
      steps: 2,
      step: 1,
    },
    { type: 'note', step: 1, message: 'one image skipped' },
    {
      boundary: { image: 1 },
      layers: { gate: { image: [0.5, null] } },
      step: 2,
      type: 'layers',
    },
    {
      time: { seconds: 1 },
      metrics: { accuracy: 0.5 },
      examples: 10,
      path: 'faded',
      split: 'test',
      step: 2,
      type: 'evaluation',
    },
  ];
  const reporter = new MetricsFile(file);
  records.forEach((record) => reporter.record!(record));
  reporter.close!();
  expect(readFileSync(file, 'utf8').split('\n')).toEqual([
    '{"type":"step","step":1,"steps":2,"epoch":0,"phase":"joint","loss":0.5,"parts":{"taskLoss":0.5},"learningRate":{"head":0.01},' +
      '"time":{"seconds":1,"elapsedSeconds":2,"samplesPerSecond":3,"remainingSeconds":4,"rssBytes":5,"peakRssBytes":6}}',
    '{"type":"note","step":1,"message":"one image skipped"}',
    '{"type":"layers","step":2,"layers":{"gate":{"image":[0.5,null]}},"boundary":{"image":1}}',
    '{"type":"evaluation","step":2,"split":"test","path":"faded","examples":10,"metrics":{"accuracy":0.5},"time":{"seconds":1}}',
    '',
  ]);
  rmSync(folder, { recursive: true });
});

it('names the file that cannot be written', () => {
  expect(() => new MetricsFile('/nowhere/metrics.jsonl')).toThrow(/^cannot write: ENOENT/);
  const reporter = new MetricsFile('/dev/full');
  expect(() => reporter.record!({ type: 'note', step: 0, message: 'x' })).toThrow(
    'cannot write: the disk is full',
  );
  reporter.close!();
});

describe('going on', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mdpd-metrics-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const note = (step: number): RunRecord => ({ type: 'note', step, message: `m${step}` });

  it('cuts off what came after the checkpoint, and does not repeat what was said before the first step', () => {
    const file = path.join(folder, 'on.jsonl');
    const first = new MetricsFile(file);
    [0, 1, 2].forEach((step) => first.record(note(step)));
    const position = first.position();
    first.record(note(3));
    first.close();
    const whole = readFileSync(file, 'utf8');

    const second = new MetricsFile(file, position);
    expect(second.position()).toEqual(position);
    second.record(note(0));
    second.record(note(3));
    second.close();
    expect(readFileSync(file, 'utf8')).toBe(whole);

    new MetricsFile(file).close();
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('refuses a file that is shorter, or other than it was', () => {
    const file = path.join(folder, 'changed.jsonl');
    const first = new MetricsFile(file);
    [1, 2].forEach((step) => first.record(note(step)));
    first.close();
    const position = first.position();
    const text = readFileSync(file, 'utf8');
    for (const changed of [text.slice(1), text.replace('m1', 'm7'), '']) {
      writeFileSync(file, changed);
      expect(() => new MetricsFile(file, position)).toThrow('this is not what the run had written');
    }
  });
});
