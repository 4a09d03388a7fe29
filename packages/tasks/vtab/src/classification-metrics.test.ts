import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classificationMetrics } from './classification-metrics.ts';

interface Case {
  readonly name: string;
  readonly classes: number;
  readonly labels: number[];
  readonly outputs: number[][];
  readonly expected: Record<string, number>;
}

const { cases } = JSON.parse(
  readFileSync(new URL('oracles/classification-metrics.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

/** Adds the rows in batches of `size`, the last one padded with rows that must not count. */
function measure({ classes, labels, outputs }: Case, size: number): Record<string, number> {
  const metrics = classificationMetrics(classes);
  for (let start = 0; start < labels.length; start += size) {
    const rows = Math.min(size, labels.length - start);
    const padded = Array.from({ length: size }, (_, row) => start + Math.min(row, rows - 1));
    const data = Int32Array.from(padded, (index) => labels[index]!);
    const target = { label: { data, shape: [size], dtype: 'int32' } } as const;
    metrics.add(Float32Array.from(padded.flatMap((index) => outputs[index]!)), target, rows);
  }
  return metrics.result();
}

describe('classificationMetrics', () => {
  it.each(cases)('equals scikit-learn: $name', (entry) => {
    for (const size of [1, 7, entry.labels.length]) {
      const result = measure(entry, size);
      expect(Object.keys(result)).toEqual(Object.keys(entry.expected));
      for (const [name, value] of Object.entries(entry.expected)) expect(result[name]).toBeCloseTo(value, 12);
    }
  });

  it('gives zeros, not NaN, for nothing', () => {
    expect(classificationMetrics(10).result()).toEqual({ accuracy: 0, accuracy_top5: 0, f1_macro: 0 });
    expect(classificationMetrics(5).result()).toEqual({ accuracy: 0, f1_macro: 0 });
  });

  it('counts outputs that are no numbers as wrong', () => {
    const outputs = [
      [NaN, NaN, NaN, NaN, NaN, NaN],
      [NaN, 1, 2, 3, 4, 5],
    ];
    const entry = { name: '', classes: 6, labels: [5, 0], outputs, expected: {} };
    expect(measure(entry, 2)).toEqual({ accuracy: 0, accuracy_top5: 0, f1_macro: 0 });
  });

  it('takes the first of equal outputs', () => {
    const tied = {
      name: '',
      classes: 7,
      labels: [4, 5],
      outputs: [new Array<number>(7).fill(0), new Array<number>(7).fill(0)],
      expected: {},
    };
    expect(measure(tied, 2).accuracy_top5).toBe(0.5);
  });
});
