import { describe, expect, it } from 'vitest';
import { readHistory } from '../history.ts';
import { exampleView, totalsOf } from '../testing/example-view.ts';
import { spentTime, timeSection } from './time.ts';

const view = exampleView({ steps: 100 });
const without = (keep: (step: number) => boolean): typeof view => {
  const records = view.records.filter(({ type, step }) => type !== 'step' || keep(step));
  return { ...view, records, totals: totalsOf(records) };
};

describe('time', () => {
  it('adds up to that of the run', () => {
    const spent = spentTime(view)!;
    expect(spent.steps + spent.evaluations + spent.rest).toBeCloseTo(view.result!.time.totalSeconds, 9);
    expect(spent.evaluations).toBeCloseTo(view.totals.evaluationSeconds, 9);
    expect(spent.steps).toBeCloseTo(view.totals.stepSeconds, 9);
    expect(spent.estimated).toBe(false);
  });

  it('counts steps whose records were thinned out', () => {
    const thin = { ...without((step) => step % 10 === 0), totals: view.totals };
    expect(spentTime(thin)).toEqual(spentTime(view));
  });

  it('takes steps that were not recorded to be like the others', () => {
    const some = without((step) => step % 10 === 0);
    const spent = spentTime(some)!;
    expect(spent.estimated).toBe(true);
    expect(spent.steps).toBeCloseTo((some.totals.stepSeconds / 10) * 100, 9);
    expect(timeSection(some, readHistory(some.records))!.body.text).toContain('Not every step was recorded');
  });

  it('is unknown without steps, and tells of a first step that took long', () => {
    expect(spentTime(without(() => false))).toBeUndefined();
    expect(timeSection(view, readHistory(view.records))!.body.text).toContain('The first step took 2.4');
  });
});
