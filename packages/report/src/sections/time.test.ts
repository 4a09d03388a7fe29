import { describe, expect, it } from 'vitest';
import { readHistory } from '../history.ts';
import { exampleResult, exampleView } from '../testing/example-view.ts';
import { spentTime, timeSection } from './time.ts';

const history = readHistory(exampleView({ steps: 100 }).records);

describe('time', () => {
  it('adds up to that of the run', () => {
    const result = exampleResult({ steps: 100 });
    const spent = spentTime(history, result)!;
    expect(spent.steps + spent.evaluations + spent.rest).toBeCloseTo(result.time.totalSeconds, 9);
    expect(spent.evaluations).toBeCloseTo(0.4 * history.evaluations.length, 9);
    expect(spent.estimated).toBe(false);
  });

  it('takes steps that were not recorded to be like the others', () => {
    const some = { ...history, steps: history.steps.filter(({ step }) => step % 10 === 0) };
    const spent = spentTime(some)!;
    expect(spent.estimated).toBe(true);
    const mean = some.steps.reduce((sum, { time }) => sum + time.seconds, 0) / some.steps.length;
    expect(spent.steps).toBeCloseTo(mean * 100, 9);
    expect(timeSection(some)!.body.text).toContain('Not every step was recorded');
  });

  it('is unknown without steps, and tells of a first step that took long', () => {
    expect(spentTime({ ...history, steps: [] })).toBeUndefined();
    expect(timeSection(history)!.body.text).toContain('The first step took 2.4 s');
  });
});
