/** Metrics of predicted boxes. */
import type { MetricAccumulator } from '@mdpd/core';
import { fromCentre, fromRaw, overlapOf } from './box-geometry.ts';

/** A box is found where its overlap with the right one is at least this. */
const threshold = 0.5;

/** `iou` is the evaluators' of REFER; `giou` MDETR's, whose threshold is on the generalized IoU. */
export const boxMetricKinds = ['iou', 'giou'] as const;
export type BoxMetric = (typeof boxMetricKinds)[number];

export const primaryMetrics: Readonly<Record<BoxMetric, string>> = {
  iou: 'precision@0.5',
  giou: 'giou_precision@0.5',
};

/** Whether an overlap is enough for a box to be found. */
export const isFound = (overlap: number): boolean => overlap >= threshold;

/** Whether two outputs of the head, [4], are boxes of the same place. A box that is NaN is none. */
export const isSameBox = (first: Float32Array, second: Float32Array): boolean =>
  isFound(overlapOf(fromRaw(first), fromRaw(second)).iou);

class Counts {
  rows = 0;
  private found = 0;
  private foundByGiou = 0;
  private sum = 0;

  add(iou: number, giou: number): void {
    this.rows++;
    if (isFound(iou)) this.found++;
    if (isFound(giou)) this.foundByGiou++;
    // A box that is NaN overlaps with nothing.
    this.sum += iou || 0;
  }

  result(suffix: string): Record<string, number> {
    const share = (value: number): number => (this.rows === 0 ? 0 : value / this.rows);
    return {
      [`precision@0.5${suffix}`]: share(this.found),
      [`mean_iou${suffix}`]: share(this.sum),
      [`giou_precision@0.5${suffix}`]: share(this.foundByGiou),
    };
  }
}

/**
 * `precision@0.5`: share of sentences whose box has an IoU of at least 0.5 with the right one; `mean_iou`; and
 * `giou_precision@0.5`, as MDETR's evaluator counts. Where there are examples of several parts (testA and testB), the same
 * of each: `precision@0.5_testA`.
 *
 * Targets: `box` [B, 4], centre x, centre y, width, height as shares of the image; `part` [B, 1], a number among `parts`.
 */
export function boxMetrics(parts: readonly string[]): MetricAccumulator {
  const all = new Counts();
  const byPart = parts.map(() => new Counts());
  return {
    add(output, target, rows) {
      const boxes = target['box']!.data;
      const numbers = target['part']!.data;
      for (let row = 0; row < rows; row++) {
        const at = (index: number): number => boxes[4 * row + index]!;
        const { iou, giou } = overlapOf(fromRaw(output, 4 * row), fromCentre([at(0), at(1), at(2), at(3)]));
        all.add(iou, giou);
        byPart[numbers[row]!]?.add(iou, giou);
      }
    },
    result() {
      const seen = parts.filter((_, index) => byPart[index]!.rows > 0);
      const named = seen.length > 1 ? seen : [];
      const parted = named.map((name) => byPart[parts.indexOf(name)]!.result(`_${name}`));
      return Object.assign({}, all.result(''), ...parted) as Record<string, number>;
    },
  };
}
