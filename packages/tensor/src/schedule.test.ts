import { describe, expect, it } from 'vitest';
import { learningRateFactor, type Schedule } from './schedule.ts';

const factors = (schedule: Schedule['schedule'], warmup: number, steps: number): number[] =>
  Array.from({ length: steps }, (_, step) => learningRateFactor({ schedule, warmup, steps }, step));

const close = (actual: number[], expected: number[]): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
};

describe('learning rate', () => {
  it('rises linearly, then follows half a cosine', () => {
    const half = Math.SQRT1_2 / 2;
    close(factors('cosine', 0.5, 8), [0.25, 0.5, 0.75, 1, 1, 0.5 + half, 0.5, 0.5 - half]);
  });

  it('rises and falls linearly', () => {
    close(factors('linear', 0.2, 5), [1, 1, 0.75, 0.5, 0.25]);
  });

  it('rises and stays', () => {
    close(factors('constant', 0.4, 5), [0.5, 1, 1, 1, 1]);
  });

  it('needs no warm-up and survives the borders', () => {
    close(factors('cosine', 0, 2), [1, 0.5]);
    close(factors('linear', 1, 2), [0.5, 1]);
    close(factors('cosine', 0.1, 1), [1]);
    expect(learningRateFactor({ schedule: 'cosine', warmup: 0.1, steps: 10 }, 10)).toBe(0);
    expect(learningRateFactor({ schedule: 'linear', warmup: 0, steps: 10 }, 99)).toBe(0);
  });
});
