/**
 * The metrics of GLUE under the names of Hugging Face's `evaluate`.
 *
 * Letters: C outputs.
 */
import type { HostRecord, MetricAccumulator } from '@mdpd/core';
import { bestClass } from '@mdpd/data/class-outputs';
import { accuracy, Confusion, f1, matthewsCorrelation } from './confusion.ts';
import { pearson, spearman } from './correlation.ts';
import type { GlueMetric, GlueTask } from './glue-tasks.ts';

/** Mean of a task's metrics, where it has several: `run_glue.py` calls it so. */
export const combinedScore = 'combined_score';
/** What follows the names of metrics on MNLI's mismatched examples. */
const mismatchedSuffix = '_mm';

type ClassMetric = Exclude<GlueMetric, 'pearson' | 'spearmanr'>;

const classMetrics: Readonly<Record<ClassMetric, (confusion: Confusion, positive: number) => number>> = {
  accuracy,
  f1,
  matthews_correlation: matthewsCorrelation,
};

const scoreMetrics: Readonly<Record<string, typeof pearson>> = { pearson, spearmanr: spearman };

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The metrics, and their mean where there are several. */
function withMean(metrics: Record<string, number>): Record<string, number> {
  const values = Object.values(metrics);
  return values.length > 1 ? { ...metrics, [combinedScore]: mean(values) } : metrics;
}

export interface GlueMetricsOptions {
  readonly task: GlueTask;
  /** The task's class names in the order of the outputs. */
  readonly labels: readonly string[];
  /** Whether mismatched examples of MNLI, marked by `target.mismatched`, are counted apart. */
  readonly mismatched?: boolean;
}

/** Collects classes, those of mismatched examples apart. */
function collectClasses({ task, labels, mismatched }: GlueMetricsOptions): MetricAccumulator {
  const confusions = [new Confusion(labels.length), new Confusion(labels.length)] as const;
  // The positive class is Hugging Face's id 1, wherever it stands among the outputs.
  const positive = labels.indexOf(task.labels[1]!);
  const metricsOf = (confusion: Confusion, suffix: string): [string, number][] =>
    task.metrics.map((name) => [name + suffix, classMetrics[name as ClassMetric](confusion, positive)]);
  return {
    add(output, target: HostRecord, rows) {
      const label = target.label!.data;
      for (let row = 0; row < rows; row++) {
        const confusion = confusions[target.mismatched?.data[row] ? 1 : 0];
        confusion.add(label[row]!, bestClass(output, row * labels.length, labels.length));
      }
    },
    result() {
      const [matched, other] = confusions;
      const metrics = metricsOf(matched, '');
      if (!mismatched) return withMean(Object.fromEntries(metrics));
      const all = {
        ...Object.fromEntries(metrics),
        ...Object.fromEntries(metricsOf(other, mismatchedSuffix)),
      };
      // A batch of training examples has matched ones only: then the mean is theirs.
      const seen = confusions.flatMap((confusion) => (confusion.total() > 0 ? metricsOf(confusion, '') : []));
      return { ...all, [combinedScore]: seen.length > 0 ? mean(seen.map(([, value]) => value)) : 0 };
    },
  };
}

/** Collects scores: C is 1. */
function collectScores({ task }: GlueMetricsOptions): MetricAccumulator {
  const [outputs, scores]: [number[], number[]] = [[], []];
  return {
    add(output, target: HostRecord, rows) {
      for (let row = 0; row < rows; row++) {
        outputs.push(output[row]!);
        scores.push(target.score!.data[row]!);
      }
    },
    result: () =>
      withMean(Object.fromEntries(task.metrics.map((name) => [name, scoreMetrics[name]!(outputs, scores)]))),
  };
}

/** Every metric of the task; several, also those of MNLI's two parts, with `combined_score`. */
export function glueMetrics(options: GlueMetricsOptions): MetricAccumulator {
  return options.task.kind === 'regression' ? collectScores(options) : collectClasses(options);
}

/** The metric that stands for a task: its mean where it has several. */
export function gluePrimaryMetric({ metrics }: GlueTask, mismatched: boolean): string {
  return metrics.length > 1 || mismatched ? combinedScore : metrics[0]!;
}
