import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { cpuName } from './environment.ts';
import type { TargetEvaluation } from './evaluate-target.ts';
import { exampleResult } from './testing/example-result.ts';
import { verifyMetric } from './verify-metric.ts';

const environment = {
  ...exampleResult().environment,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpuName(),
  threads: availableParallelism(),
};

const result = (metrics: Record<string, number>, changes: object = {}) =>
  exampleResult({ metrics: { primary: 'accuracy', faded: metrics, side: null }, environment, ...changes });

const found = (
  metrics: Record<string, number>,
  changes: Partial<TargetEvaluation> = {},
): TargetEvaluation => ({
  target: 'runs/first',
  path: 'faded',
  split: 'test',
  examples: 10_000,
  primary: 'accuracy',
  metrics,
  executor: 'wasm',
  seconds: 1,
  ...changes,
});

const statusOf = (...args: Parameters<typeof verifyMetric>): string =>
  verifyMetric(...args)
    .map(({ status }) => status)
    .join();

describe('verifyMetric', () => {
  it('on the same machine and executor wants every metric again', () => {
    const recorded = result({ accuracy: 0.8, mean_iou: 0.5 });
    expect(verifyMetric(found({ accuracy: 0.8, mean_iou: 0.5 }), recorded)[0]!.message).toMatch(
      /: exactly what/,
    );
    expect(statusOf(found({ accuracy: 0.8, mean_iou: 0.5 + 1e-8 }), recorded)).toBe('FAILED');
    // One example of ten thousand.
    expect(statusOf(found({ accuracy: 0.8001, mean_iou: 0.5 }), recorded)).toBe('FAILED');
    expect(statusOf(found({ accuracy: 0.8 }), recorded)).toBe('FAILED');
    expect(statusOf(found({ accuracy: 0.8, mean_iou: 0.5, f1: 1 }), recorded)).toBe('FAILED');
    expect(statusOf(found({ accuracy: NaN, mean_iou: 0.5 }), recorded)).toBe('FAILED');
  });

  it('elsewhere allows what is stated, and says why', () => {
    const recorded = result({ accuracy: 0.8, pearson: 0.5 });
    const elsewhere = (metrics: Record<string, number>) =>
      verifyMetric(found(metrics, { executor: 'cpu' }), recorded);
    expect(elsewhere({ accuracy: 0.804, pearson: 0.509 })[0]!.message).toContain('(on cpu instead of wasm)');
    expect(elsewhere({ accuracy: 0.806, pearson: 0.509 })[0]!.status).toBe('FAILED');
    expect(elsewhere({ accuracy: 0.8, pearson: 0.52 })[0]!.status).toBe('FAILED');
    const other = result({ accuracy: 0.8 }, { environment: { ...environment, cpu: 'another' } });
    expect(verifyMetric(found({ accuracy: 0.801 }), other)[0]!.message).toContain('(on another processor)');
  });

  it('of a part of the examples allows what chance does', () => {
    const recorded = result({ accuracy: 0.8 });
    const part = (accuracy: number) =>
      verifyMetric(found({ accuracy }, { examples: 100 }), recorded)[0]!.status;
    expect([part(0.8), part(0.65), part(0.62), part(1)]).toEqual(['ok', 'ok', 'FAILED', 'FAILED']);
    const score = {
      ...result({ pearson: 0.5 }),
      metrics: { primary: 'pearson', faded: { pearson: 0.5 }, side: null },
    };
    const about = { examples: 100, primary: 'pearson' };
    expect(statusOf(found({ pearson: 0.1 }, about), score)).toBe('left out');
  });
});
