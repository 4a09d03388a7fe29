import type { RunRecord, StepRecord } from '@mdpd/core';
import { expect, it } from 'vitest';
import { RecordHistory } from './record-history.ts';

const time = {
  seconds: 0.5,
  elapsedSeconds: 1,
  samplesPerSecond: 10,
  remainingSeconds: 1,
  rssBytes: 1,
  peakRssBytes: 1,
};
const step = (number: number, loss: number): StepRecord => ({
  type: 'step',
  step: number,
  steps: 100_000,
  epoch: 0,
  phase: 'side',
  loss,
  parts: {},
  learningRate: {},
  time,
});
const evaluation = (number: number): RunRecord => ({
  type: 'evaluation',
  step: number,
  split: 'validation',
  path: 'faded',
  examples: 10,
  metrics: { accuracy: 0.5 },
  time: { seconds: 2 },
});

it('keeps everything of a short run, in order', () => {
  const records: RunRecord[] = [step(1, 3), step(2, 2), evaluation(2), step(3, 1)];
  const history = new RecordHistory(8);
  records.forEach((record) => history.add(record));
  expect(history.records()).toEqual(records);
  expect(history.totals).toEqual({ steps: 3, stepSeconds: 1.5, evaluationSeconds: 2 });
});

it('keeps ends and spikes of a long one, and never more than its limit', () => {
  const history = new RecordHistory(100);
  const most = { steps: 0 };
  for (let number = 1; number <= 12_345; number++) {
    history.add(step(number, number === 7_777 ? 99 : number === 4_321 ? -1 : 1 + 1 / number));
    most.steps = Math.max(most.steps, history.records().length);
  }
  const kept = history.records().map((record) => record.step);
  expect(most.steps).toBeLessThanOrEqual(100);
  expect(kept.length).toBeGreaterThan(25);
  expect(kept).toEqual([...kept].sort((a, b) => a - b));
  expect(new Set(kept).size).toBe(kept.length);
  for (const number of [1, 4_321, 7_777, 12_345]) expect(kept).toContain(number);
  expect(history.totals.steps).toBe(12_345);
});

it('spreads what it keeps evenly', () => {
  const history = new RecordHistory(80);
  for (let number = 1; number <= 10_000; number++) history.add(step(number, 1));
  const kept = history.records().map((record) => record.step);
  const gaps = kept.slice(1).map((number, index) => number - kept[index]!);
  expect(Math.max(...gaps)).toBeLessThan(1_200);
});

it('thins out evaluations too, and keeps the first and the newest', () => {
  const history = new RecordHistory(10);
  for (let number = 1; number <= 1_000; number++) history.add(evaluation(number));
  const kept = history.records().map((record) => record.step);
  expect(kept.length).toBeLessThanOrEqual(10);
  expect([kept[0], kept.at(-1)]).toEqual([1, 1_000]);
  expect(history.totals.evaluationSeconds).toBe(2_000);
});
