/**
 * Stroke characters of no script: every class is a fixed random template of one to three lines, curves and arcs, drawn
 * with jitter and a pen of varying width.
 */
import type { RandomSource } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { generatedSource } from './generated-source.ts';
import { between, centre, stroke, type Points } from './raster.ts';

const classes = 64;
/** Points a stroke: less than half a pixel apart for the longest one. */
const pointsPerStroke = 56;
/** Longer side of a template after fitting, in pixels. */
const fitted = 18;
/** A template whose shorter side is below this, in its own units, is a bar and is drawn again. */
const smallestExtent = 5;

/** Control values of one stroke, relative to the centre of the image. */
interface Stroke {
  readonly kind: 'line' | 'curve' | 'arc';
  readonly values: readonly number[];
}

interface Template {
  readonly strokes: readonly Stroke[];
  readonly middle: readonly [number, number];
  readonly zoom: number;
}

function drawStroke(random: RandomSource): Stroke {
  const uniform = (count: number, reach: number): number[] =>
    Array.from({ length: count }, () => between(random, -reach, reach));
  const choice = random.next();
  if (choice < 0.3) return { kind: 'line', values: uniform(4, 9) };
  if (choice < 0.75) return { kind: 'curve', values: uniform(8, 11) };
  const turns = [Math.PI, 1.5 * Math.PI, 2 * Math.PI];
  const shape = [between(random, 3, 8), between(random, 3, 8), between(random, 0, 2 * Math.PI)];
  return { kind: 'arc', values: [...uniform(2, 4), ...shape, turns[random.integer(3)]!] };
}

/** How far a control value strays from its template, by kind. */
const jitter = {
  line: [1, 1, 1, 1],
  curve: [1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2],
  arc: [0.8, 0.8, 0.8, 0.8, 0.2, 0.25],
} as const;

/** Point at `u` in [0, 1] of a stroke. */
function pointAt(kind: Stroke['kind'], v: readonly number[], u: number): [number, number] {
  const w = 1 - u;
  if (kind === 'line') return [v[0]! * w + v[2]! * u, v[1]! * w + v[3]! * u];
  if (kind === 'curve') {
    const [a, b, c, d] = [w ** 3, 3 * u * w * w, 3 * u * u * w, u ** 3];
    return [a * v[0]! + b * v[2]! + c * v[4]! + d * v[6]!, a * v[1]! + b * v[3]! + c * v[5]! + d * v[7]!];
  }
  const angle = v[4]! + u * v[5]!;
  return [v[0]! + v[2]! * Math.cos(angle), v[1]! + v[3]! * Math.sin(angle)];
}

function trace(strokes: readonly Stroke[], random?: RandomSource): Points {
  const points = new Float32Array(strokes.length * pointsPerStroke * 2);
  strokes.forEach(({ kind, values }, index) => {
    const moved = random ? values.map((value, i) => value + random.normal() * jitter[kind][i]!) : values;
    for (let i = 0; i < pointsPerStroke; i++) {
      const at = (index * pointsPerStroke + i) * 2;
      points.set(pointAt(kind, moved, i / (pointsPerStroke - 1)), at);
    }
  });
  return points;
}

function makeTemplate(random: RandomSource): Template {
  for (;;) {
    const strokes = Array.from({ length: 1 + random.integer(3) }, () => drawStroke(random));
    const points = trace(strokes);
    const xs = points.filter((_, i) => i % 2 === 0);
    const ys = points.filter((_, i) => i % 2 === 1);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    if (Math.min(right - left, bottom - top) <= smallestExtent) continue;
    const zoom = fitted / Math.max(right - left, bottom - top);
    return { strokes, middle: [(left + right) / 2, (top + bottom) / 2], zoom };
  }
}

const templates = Array.from({ length: classes }, (_, label) =>
  makeTemplate(createRandom(1).fork(`glyph template ${label}`)),
);

export const glyphs = generatedSource({
  name: 'glyphs',
  description: 'stroke characters of no script',
  labels: templates.map((_, label) => `glyph-${String(label).padStart(2, '0')}`),
  draw: (label, random) => {
    const { strokes, middle, zoom } = templates[label]!;
    const points = trace(strokes, random);
    const [zoomX, zoomY] = [zoom * between(random, 0.8, 1.1), zoom * between(random, 0.9, 1.1)];
    for (let i = 0; i < points.length; i += 2) {
      points[i] = (points[i]! - middle[0]) * zoomX + centre;
      points[i + 1] = (points[i + 1]! - middle[1]) * zoomY + centre;
    }
    return stroke(points, between(random, 0.7, 1.7), between(random, 0.8, 1));
  },
});
