import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { accuracy, Confusion, f1, macroF1, matthewsCorrelation } from './confusion.ts';

interface Case {
  readonly name: string;
  readonly classes: number;
  readonly labels: number[];
  readonly predictions: number[];
  readonly expected: Record<'accuracy' | 'f1' | 'f1_macro' | 'matthews_correlation', number>;
}

const { classes: cases } = JSON.parse(
  readFileSync(new URL('oracles/metrics.json', import.meta.url), 'utf8'),
) as { classes: Case[] };

function confusionOf({ classes, labels, predictions }: Omit<Case, 'name' | 'expected'>): Confusion {
  const confusion = new Confusion(classes);
  labels.forEach((label, i) => confusion.add(label, predictions[i]!));
  return confusion;
}

describe('metrics of classes', () => {
  it.each(cases)('equal scikit-learn: $name', (entry) => {
    const confusion = confusionOf(entry);
    expect(accuracy(confusion)).toBeCloseTo(entry.expected.accuracy, 12);
    expect(f1(confusion, 1)).toBeCloseTo(entry.expected.f1, 12);
    expect(macroF1(confusion)).toBeCloseTo(entry.expected.f1_macro, 12);
    expect(matthewsCorrelation(confusion)).toBeCloseTo(entry.expected.matthews_correlation, 12);
  });

  it('are 0 of nothing', () => {
    const nothing = new Confusion(3);
    expect([accuracy, macroF1, matthewsCorrelation].map((metric) => metric(nothing))).toEqual([0, 0, 0]);
    expect(f1(nothing, 1)).toBe(0);
  });

  it('count no prediction as a wrong one', () => {
    const confusion = confusionOf({ classes: 2, labels: [0, 1, 1, 0], predictions: [0, 1, -1, -1] });
    expect(accuracy(confusion)).toBe(0.5);
    expect(f1(confusion, 1)).toBeCloseTo(2 / 3, 12);
    // scikit-learn, with a third class among the predictions: matthews_corrcoef([0, 1, 1, 0], [0, 1, 2, 2])
    expect(matthewsCorrelation(confusion)).toBeCloseTo(0.4472135954999579, 12);
    const none = confusionOf({ classes: 2, labels: [0, 1], predictions: [-1, -1] });
    expect([accuracy(none), f1(none, 1), matthewsCorrelation(none)]).toEqual([0, 0, 0]);
  });

  it('stay exact for as many examples as QQP has', () => {
    const confusion = new Confusion(2);
    for (let i = 0; i < 400_000; i++) confusion.add(i % 2, i % 4 < 3 ? i % 2 : 1 - (i % 2));
    expect(matthewsCorrelation(confusion)).toBeCloseTo(0.5773502691896258, 12);
  });
});
