/**
 * Metrics of matching and of retrieval.
 *
 * Letters: P width of a vector.
 */
import type { MetricAccumulator } from '@mdpd/core';
import { pairKinds } from './caption-dataset.ts';

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/**
 * `accuracy`: share of pairs that are judged rightly. `accuracy_caption`, `accuracy_swapped`, `accuracy_foil`: of true
 * captions, other images' captions and foils, where there are any. NaN is wrong.
 */
export function matchingMetrics(): MetricAccumulator {
  const names = Object.keys(pairKinds) as (keyof typeof pairKinds)[];
  const [right, seen] = [names.map(() => 0), names.map(() => 0)];
  return {
    add(output, target, rows) {
      const kinds = target['kind']!.data;
      for (let row = 0; row < rows; row++) {
        const kind = kinds[row]!;
        const logit = output[row]!;
        seen[kind]!++;
        if (kind === pairKinds.caption ? logit > 0 : logit <= 0) right[kind]!++;
      }
    },
    result() {
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      const metrics: Record<string, number> = { accuracy: share(sum(right), sum(seen)) };
      for (const name of names) {
        const kind = pairKinds[name];
        if (seen[kind]! > 0) metrics[`accuracy_${name}`] = share(right[kind]!, seen[kind]!);
      }
      return metrics;
    },
  };
}

/** Share of rows whose own column is among the `most` largest; equal ones count against it, and so does NaN. */
function recall(cosine: (row: number, column: number) => number, size: number, most: number): number {
  let found = 0;
  for (let row = 0; row < size; row++) {
    const own = cosine(row, row);
    let better = Number.isNaN(own) ? size : 0;
    for (let column = 0; column < size && better < most; column++) {
      if (column !== row && !(cosine(row, column) < own)) better++;
    }
    if (better < most) found++;
  }
  return share(found, size);
}

/**
 * `text_retrieval_recall@k`: share of images whose text is among the k nearest of all texts of the split;
 * `image_retrieval_recall@k`: the other way round. `mean_recall@1`: mean of both for k = 1.
 */
export function retrievalMetrics(): MetricAccumulator {
  const vectors: Float32Array[] = [];
  return {
    add(output, target, rows) {
      if (rows === 0) return;
      // A batch that is filled up has as many rows of outputs as of targets.
      const batch = output.length / target['image']!.shape[0]!;
      for (let row = 0; row < rows; row++) vectors.push(output.slice(row * batch, (row + 1) * batch));
    },
    result() {
      const cosine = (image: number, text: number): number => {
        const [a, b] = [vectors[image]!, vectors[text]!];
        const width = a.length / 2;
        let sum = 0;
        for (let i = 0; i < width; i++) sum += a[i]! * b[width + i]!;
        return sum;
      };
      const metrics: Record<string, number> = {};
      for (const most of [1, 5]) {
        metrics[`text_retrieval_recall@${most}`] = recall(cosine, vectors.length, most);
        metrics[`image_retrieval_recall@${most}`] = recall(
          (text, image) => cosine(image, text),
          vectors.length,
          most,
        );
      }
      const [texts, images] = [metrics['text_retrieval_recall@1']!, metrics['image_retrieval_recall@1']!];
      return { 'mean_recall@1': (texts + images) / 2, ...metrics };
    },
  };
}
