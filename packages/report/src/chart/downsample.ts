/** Fewer points that look the same. */
import type { Point } from '../history.ts';

/** Points of a line that a chart draws, at most. */
export const mostPoints = 400;

/** The least and the largest of every stretch of points, so that spikes stay; as it is where it is short enough. */
export function downsample(points: readonly Point[], most = mostPoints): readonly Point[] {
  if (points.length <= most) return points;
  // First and last stay too.
  const buckets = Math.max(1, Math.floor((most - 2) / 2));
  const kept = new Set([0, points.length - 1]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * points.length) / buckets);
    const to = Math.floor(((bucket + 1) * points.length) / buckets);
    let [least, largest] = [from, from];
    for (let i = from; i < to; i++) {
      if (points[i]![1] < points[least]![1]) least = i;
      if (points[i]![1] > points[largest]![1]) largest = i;
    }
    kept.add(least).add(largest);
  }
  return [...kept].sort((a, b) => a - b).map((i) => points[i]!);
}

/** Some of the items, evenly spread, with the first and the last. */
export function evenly<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from(
    { length: most },
    (_, i) => items[Math.round((i * (items.length - 1)) / Math.max(1, most - 1))]!,
  );
}

/** The mean over the `reach` points before and after every point, fewer at the ends: at the first it is the value itself. */
export function smoothed(points: readonly Point[], reach: number): Point[] {
  const sums = new Float64Array(points.length + 1);
  points.forEach(([, value], i) => (sums[i + 1] = sums[i]! + value));
  return points.map(([step], i) => {
    // At the beginning, as far to the right as to the left: there values fall fast.
    const from = i - Math.min(reach, i);
    const to = Math.min(points.length, i + Math.min(reach, i) + 1);
    return [step, (sums[to]! - sums[from]!) / (to - from)];
  });
}

/** A thirtieth of the points on either side makes a mean that shows the course and little else. */
export function reachOf(points: number): number {
  return Math.max(3, Math.ceil(points / 30));
}
