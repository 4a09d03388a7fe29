import type { Task } from '@mdpd/core';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { describe, expect, it } from 'vitest';
import { baselineMetrics } from './baseline.ts';

const plain = tinyTask(tinyBackbone({ tokens: 5, features: 6 }), { sizes: { test: 33 } });
const labels = { label: { data: Int32Array.of(2, 0, 2, 1, 2, 2), shape: [6], dtype: 'int32' } } as const;
const always = (output: readonly number[]): Task => ({
  ...plain,
  baseline: { name: 'always answering "x"', output: Float32Array.from(output) },
});

describe('baselineMetrics', () => {
  it('judges the same answer to every example; padding is none', () => {
    const metrics = baselineMetrics(always([0, 0, 1]))!;
    metrics.add(labels, 6);
    metrics.add(labels, 2);
    const { name, metrics: found } = metrics.result();
    expect(name).toBe('always answering "x"');
    expect(found['accuracy']).toBe(5 / 8);
  });

  it('is another for another answer', () => {
    const metrics = baselineMetrics(always([1, 0, 0]))!;
    metrics.add(labels, 6);
    expect(metrics.result().metrics['accuracy']).toBe(1 / 6);
  });

  it('is nothing where the task has no such answer', () => {
    expect(baselineMetrics(plain)).toBeUndefined();
  });
});
