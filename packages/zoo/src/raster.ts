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

/** Lowers `nearest` (squared distances) to the distances from one point, as far as `reach` pixels. */
function approach(nearest: Grid, px: number, py: number, reach: number): void {
  const left = Math.max(0, Math.ceil(px - reach));
  const right = Math.min(side - 1, Math.floor(px + reach));
  const top = Math.max(0, Math.ceil(py - reach));
  const bottom = Math.min(side - 1, Math.floor(py + reach));
  for (let y = top; y <= bottom; y++) {
    const dy = (y - py) * (y - py);
    for (let x = left; x <= right; x++) {
      const squared = (x - px) * (x - px) + dy;
      const at = y * side + x;
      if (squared < nearest[at]!) nearest[at] = squared;
    }
  }
}

/** Points drawn with a round pen of radius `radius`; points must lie closer together than a pixel. */
export function stroke(points: Points, radius: number, ink: number): Grid {
  const grid = new Float32Array(side * side).fill(Infinity);
  for (let i = 0; i < points.length; i += 2) approach(grid, points[i]!, points[i + 1]!, radius + 0.5);
  for (let i = 0; i < grid.length; i++) {
    grid[i] = grid[i] === Infinity ? 0 : coverage(radius - Math.sqrt(grid[i]!)) * ink;
  }
  return grid;
}

/** Number of dark pixels (below one half) that no path of dark neighbours connects with the border. */
export function enclosedArea(grid: Grid): number {
  const reached = new Uint8Array(grid.length);
  const open: number[] = [];
  const visit = (x: number, y: number): void => {
    const at = y * side + x;
    if (x < 0 || y < 0 || x >= side || y >= side || reached[at] || grid[at]! >= 0.5) return;
    reached[at] = 1;
    open.push(at);
  };
  for (let i = 0; i < side; i++) {
    for (const [x, y] of [
      [i, 0],
      [i, side - 1],
      [0, i],
      [side - 1, i],
    ] as const)
      visit(x, y);
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const [x, y] = [at % side, Math.floor(at / side)];
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const)
      visit(x + dx, y + dy);
  }
  return grid.filter((value, at) => value < 0.5 && !reached[at]).length;
}
