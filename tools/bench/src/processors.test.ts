import { describe, expect, it } from 'vitest';
import { othersShare, processorTimes, settle } from './processors.ts';

describe('othersShare', () => {
  it('is what was busy but not ours', () => {
    expect(othersShare({ busy: 10, all: 100 }, { busy: 25, all: 120 }, 10)).toBe(0.25);
  });

  it('is 0 where nothing is left, and where no time passed', () => {
    expect(othersShare({ busy: 10, all: 100 }, { busy: 12, all: 104 }, 3)).toBe(0);
    expect(othersShare({ busy: 10, all: 100 }, { busy: 10, all: 100 }, 0)).toBe(0);
  });

  it('grows with work that is not ours', () => {
    const before = processorTimes();
    const until = performance.now() + 300;
    while (performance.now() < until);
    const after = processorTimes();
    expect(after.all - before.all).toBeGreaterThan(0.1);
    expect(othersShare(before, after, 0)).toBeGreaterThan(0);
  });
});

it('waits no longer than it may', async () => {
  const started = performance.now();
  await settle(0);
  expect(performance.now() - started).toBeLessThan(500);
});
