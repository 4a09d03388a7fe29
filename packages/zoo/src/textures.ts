/** Textures: gratings, checks, dots, clouds and rings of random pitch, turn and contrast. */
import type { RandomSource } from '@mdpd/core';
import { generatedSource } from './generated-source.ts';
import { between, paint, side, type Grid } from './raster.ts';

const labels = ['wide-stripes', 'fine-stripes', 'checks', 'dots', 'clouds', 'rings'] as const;

/** Values on a coarse grid, interpolated bilinearly. */
function clouds(random: RandomSource): Grid {
  const cells = 6;
  const knots = Array.from({ length: cells * cells }, () => random.next());
  const step = (cells - 1) / (side - 1);
  return paint((x, y) => {
    const [u, v] = [x * step, y * step];
    const [column, row] = [Math.min(cells - 2, Math.floor(u)), Math.min(cells - 2, Math.floor(v))];
    const [a, b] = [u - column, v - row];
    const knot = (i: number, j: number): number => knots[(row + j) * cells + column + i]!;
    return (knot(0, 0) * (1 - a) + knot(1, 0) * a) * (1 - b) + (knot(0, 1) * (1 - a) + knot(1, 1) * a) * b;
  });
}

function waves(kind: Exclude<(typeof labels)[number], 'clouds'>, random: RandomSource): Grid {
  const angle = between(random, 0, Math.PI);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [p, q] = [between(random, 0, 2 * Math.PI), between(random, 0, 2 * Math.PI)];
  const pitches = {
    'wide-stripes': [0.5, 0.9],
    'fine-stripes': [1.2, 2],
    checks: [0.6, 1.2],
    dots: [0.7, 1.3],
    rings: [0.6, 1.4],
  } as const;
  const [low, high] = pitches[kind];
  const pitch = between(random, low, high);
  const [x0, y0] = [between(random, 4, 24), between(random, 4, 24)];
  const along = (x: number, y: number): number => Math.sin((x * cos + y * sin) * pitch + p);
  const across = (x: number, y: number): number => Math.sin((y * cos - x * sin) * pitch + q);
  if (kind === 'checks') return paint((x, y) => (along(x, y) * across(x, y) > 0 ? 1 : 0));
  if (kind === 'dots')
    return paint((x, y) => Math.min(1, Math.max(0, 4 * (along(x, y) * across(x, y) - 0.5))));
  if (kind === 'rings') {
    const distance = (x: number, y: number): number => Math.sqrt((x - x0) * (x - x0) + (y - y0) * (y - y0));
    return paint((x, y) => 0.5 + 0.5 * Math.sin(distance(x, y) * pitch + p));
  }
  return paint((x, y) => 0.5 + 0.5 * along(x, y));
}

export const textures = generatedSource({
  name: 'textures',
  description: 'gratings, checks, dots, clouds and rings',
  labels,
  draw: (label, random) => {
    const kind = labels[label]!;
    const grid = kind === 'clouds' ? clouds(random) : waves(kind, random);
    const ink = between(random, 0.6, 1);
    return grid.map((value) => value * ink);
  },
});
