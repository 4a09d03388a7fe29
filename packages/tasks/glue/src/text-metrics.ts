/**
 * Metrics of the user's own texts.
 *
 * Letters: C classes.
 */
import type { MetricAccumulator } from '@mdpd/core';
import { bestClass } from '@mdpd/data/class-outputs';
import { accuracy, Confusion, f1, macroF1, matthewsCorrelation } from './confusion.ts';
import { meanSquaredError, pearson, spearman } from './correlation.ts';

export interface TextMetrics {
  readonly primaryMetric: string;
  metrics(): MetricAccumulator;
}

/** `accuracy`; `f1` of the second of two classes, or `f1_macro` of more; `matthews_correlation`. */
function classMetrics(classes: number): MetricAccumulator {
  const confusion = new Confusion(classes);
  return {
    add(output, target, rows) {
      const labels = target.label!.data;
      for (let row = 0; row < rows; row++) {
        confusion.add(labels[row]!, bestClass(output, row * classes, classes));
      }
    },
    result: () => ({
      accuracy: accuracy(confusion),
      ...(classes === 2 ? { f1: f1(confusion, 1) } : { f1_macro: macroF1(confusion) }),
      matthews_correlation: matthewsCorrelation(confusion),
    }),
  };
}

/** `pearson`, `spearmanr`, and `mse` on the scale of the scores. */
function scoreMetrics(): MetricAccumulator {
  const [outputs, scores]: [number[], number[]] = [[], []];
  return {
    add(output, target, rows) {
      for (let row = 0; row < rows; row++) {
        outputs.push(output[row]!);
        scores.push(target.score!.data[row]!);
      }
    },
    result: () => ({
      pearson: pearson(outputs, scores),
      spearmanr: spearman(outputs, scores),
      mse: meanSquaredError(outputs, scores),
    }),
  };
}

/** Metrics of classes, as many as there are, or of a score. */
export function textMetrics(kind: 'classification' | 'regression', classes: number): TextMetrics {
  return kind === 'regression'
    ? { primaryMetric: 'pearson', metrics: scoreMetrics }
    : { primaryMetric: 'accuracy', metrics: () => classMetrics(classes) };
}
