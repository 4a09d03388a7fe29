/** A small antialiased rasteriser: images as grids of values in [0, 1], rows from the top. */
import type { RandomSource } from '@mdpd/core';

/** Pixels on each side of a generated image. */
export const side = 28;

export const centre = (side - 1) / 2;

/** side·side values. */
export type Grid = Float32Array;

/** x, y, x, y, … in pixels. */
export type Points = Float32Array;

export function between(random: RandomSource, low: number, high: number): number {
  return low + (high - low) * random.next();
}

/** Fills a grid from a function of pixel coordinates. */
export function paint(value: (x: number, y: number) => number): Grid {
  const grid = new Float32Array(side * side);
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) grid[y * side + x] = value(x, y);
  return grid;
}

/** Coverage of a pixel whose centre is `distance` inside (positive) or outside (negative) of an edge. */
export function coverage(distance: number): number {
  return Math.min(1, Math.max(0, distance + 0.5));
}

/** Points drawn with a round pen of radius `radius`; points must lie closer together than a pixel. */
export function stroke(points: Points, radius: number, ink: number): Grid {
  const nearest = new Float32Array(side * side).fill(Infinity);
  const reach = Math.ceil(radius + 1);
  for (let i = 0; i < points.length; i += 2) {
    const [px, py] = [points[i]!, points[i + 1]!];
    const [left, right] = [Math.max(0, Math.floor(px) - reach), Math.min(side - 1, Math.ceil(px) + reach)];
    const [top, bottom] = [Math.max(0, Math.floor(py) - reach), Math.min(side - 1, Math.ceil(py) + reach)];
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const squared = (x - px) ** 2 + (y - py) ** 2;
        if (squared < nearest[y * side + x]!) nearest[y * side + x] = squared;
      }
    }
  }
  return nearest.map((squared) => coverage(radius - Math.sqrt(squared)) * ink);
}
