/** Accuracy, top-5 accuracy and macro F1, as scikit-learn defines them. C classes. */
import type { HostRecord, MetricAccumulator } from '@mdpd/core';
import { bestClass } from '@mdpd/data/class-outputs';

const top = 5;

/** Rank of class `label` among the outputs: 0 is the best. Equal outputs rank by class, NaN ranks last. */
function rankOf(output: Float32Array, start: number, classes: number, label: number): number {
  const own = output[start + label]!;
  if (Number.isNaN(own)) return classes;
  let rank = 0;
  for (let c = 0; c < classes; c++) {
    const other = output[start + c]!;
    if (other > own || (other === own && c < label)) rank++;
  }
  return rank;
}

/**
 * Metrics of single-label classification.
 * `accuracy`: share of examples whose best class is the label. `accuracy_top5`: whose five best classes hold it, only
 * for more than five classes. `f1_macro`: mean F1 of the classes that occur among labels or predictions.
 */
export function classificationMetrics(classes: number): MetricAccumulator {
  const right = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  const actual = new Float64Array(classes);
  let examples = 0;
  let withinTop = 0;
  return {
    add(output, target: HostRecord, rows) {
      const labels = target.label!.data;
      for (let row = 0; row < rows; row++) {
        const label = labels[row]!;
        const prediction = bestClass(output, row * classes, classes);
        if (prediction >= 0) predicted[prediction]!++;
        actual[label]!++;
        if (prediction === label) right[label]!++;
        if (rankOf(output, row * classes, classes, label) < top) withinTop++;
        examples++;
      }
    },
    result() {
      const share = (count: number): number => (examples === 0 ? 0 : count / examples);
      const metrics: Record<string, number> = {
        accuracy: share(right.reduce((sum, count) => sum + count, 0)),
      };
      if (classes > top) metrics.accuracy_top5 = share(withinTop);
      metrics.f1_macro = macroF1(right, predicted, actual);
      return metrics;
    },
  };
}

function macroF1(right: Float64Array, predicted: Float64Array, actual: Float64Array): number {
  let sum = 0;
  let present = 0;
  for (let c = 0; c < right.length; c++) {
    const both = predicted[c]! + actual[c]!;
    if (both === 0) continue;
    present++;
    sum += (2 * right[c]!) / both;
  }
  return present === 0 ? 0 : sum / present;
}
