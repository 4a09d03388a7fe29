import type { HostRecord } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { glueMetrics, gluePrimaryMetric } from './glue-metrics.ts';
import { findGlueTask, glueTasks, type GlueTask } from './glue-tasks.ts';

const labelsOf = (labels: readonly number[]): HostRecord => ({
  label: { data: Int32Array.from(labels), shape: [labels.length], dtype: 'int32' },
});
const scoresOf = (scores: readonly number[]): HostRecord => ({
  score: { data: Float32Array.from(scores), shape: [scores.length], dtype: 'float32' },
});
/** Outputs [rows, classes] with 1 at the prediction. */
const outputsOf = (predictions: readonly number[], classes: number): Float32Array =>
  Float32Array.from(predictions.flatMap((p) => Array.from({ length: classes }, (_, c) => (c === p ? 1 : 0))));

const measure = (
  task: GlueTask,
  predictions: readonly number[],
  labels: readonly number[],
  order: readonly string[] = task.labels,
): Record<string, number> => {
  const metrics = glueMetrics({ task, labels: order });
  metrics.add(outputsOf(predictions, order.length), labelsOf(labels), labels.length);
  return metrics.result();
};

describe('the metrics of a task', () => {
  it.each([
    ['cola', ['matthews_correlation'], 'matthews_correlation'],
    ['sst2', ['accuracy'], 'accuracy'],
    ['mrpc', ['accuracy', 'f1', 'combined_score'], 'combined_score'],
    ['stsb', ['pearson', 'spearmanr', 'combined_score'], 'combined_score'],
    ['qqp', ['accuracy', 'f1', 'combined_score'], 'combined_score'],
    ['mnli', ['accuracy'], 'accuracy'],
    ['qnli', ['accuracy'], 'accuracy'],
    ['rte', ['accuracy'], 'accuracy'],
    ['wnli', ['accuracy'], 'accuracy'],
  ])('of %s are %j', (name, metrics, primary) => {
    const task = findGlueTask(name);
    const nothing = glueMetrics({ task, labels: task.labels }).result();
    expect(Object.keys(nothing)).toEqual(metrics);
    expect(Object.values(nothing)).toEqual(metrics.map(() => 0));
    expect(gluePrimaryMetric(task, false)).toBe(primary);
    expect(metrics).toContain(primary);
  });

  it('have their mean where there are several', () => {
    const { accuracy, f1, combined_score: mean } = measure(findGlueTask('mrpc'), [1, 1, 0, 1], [1, 0, 0, 1]);
    expect([accuracy, f1, mean]).toEqual([0.75, expect.closeTo(0.8, 12), expect.closeTo(0.775, 12)]);
    const task = findGlueTask('stsb');
    const scores = glueMetrics({ task, labels: task.labels });
    scores.add(Float32Array.of(1, 10, 100, 1000), scoresOf([1, 2, 3, 4]), 4);
    const { pearson, spearmanr, combined_score: both } = scores.result();
    expect(spearmanr).toBeCloseTo(1, 12);
    expect(pearson).toBeCloseTo(0.8241, 4);
    expect(both).toBeCloseTo((pearson! + spearmanr!) / 2, 12);
  });

  it('take id 1 of Hugging Face as the positive class, wherever the outputs have it', () => {
    const task = findGlueTask('qqp');
    const direct = measure(task, [1, 1, 0, 0], [1, 0, 0, 0]);
    const turned = measure(task, [0, 0, 1, 1], [0, 1, 1, 1], ['duplicate', 'not_duplicate']);
    expect(turned).toEqual(direct);
    expect(direct.f1).toBeCloseTo(2 / 3, 12);
  });
});

describe('the metrics of MNLI', () => {
  const task = findGlueTask('mnli');
  const withFlags = (labels: readonly number[], flags: readonly number[]): HostRecord => ({
    ...labelsOf(labels),
    mismatched: { data: Int32Array.from(flags), shape: [flags.length], dtype: 'int32' },
  });

  it('count mismatched examples apart, with the mean of both parts', () => {
    const metrics = glueMetrics({ task, labels: task.labels, mismatched: true });
    metrics.add(outputsOf([0, 1, 2], 3), withFlags([0, 1, 0], [0, 0, 0]), 3);
    metrics.add(outputsOf([0, 1, 2, 2], 3), withFlags([0, 0, 0, 2], [0, 1, 1, 1]), 3);
    expect(metrics.result()).toEqual({ accuracy: 0.75, accuracy_mm: 0, combined_score: 0.375 });
    expect(gluePrimaryMetric(task, true)).toBe('combined_score');
  });

  it('are those of the one part that was seen, and zeros of nothing', () => {
    const metrics = glueMetrics({ task, labels: task.labels, mismatched: true });
    expect(metrics.result()).toEqual({ accuracy: 0, accuracy_mm: 0, combined_score: 0 });
    metrics.add(outputsOf([0, 1], 3), labelsOf([0, 0]), 2);
    expect(metrics.result()).toEqual({ accuracy: 0.5, accuracy_mm: 0, combined_score: 0.5 });
  });
});

it('names a primary metric that every task has', () => {
  for (const task of glueTasks) {
    const result = glueMetrics({ task, labels: task.labels }).result();
    expect(Object.keys(result), task.name).toContain(gluePrimaryMetric(task, false));
  }
});
