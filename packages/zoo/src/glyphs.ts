/**
 * Stroke characters of no script: every class is a fixed random template of three or four lines, curves and arcs, drawn
 * with jitter and a pen of varying width.
 */
import type { ImageSource, RandomSource } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { generatedSource } from './generated-source.ts';
import { between, centre, enclosedArea, stroke, type Grid, type Points } from './raster.ts';

/** Points a stroke: less than half a pixel apart for the longest one. */
const pointsPerStroke = 56;
/** Longer side of a template after fitting, in pixels. */
const fitted = 18;
/** A template whose shorter side is below this share of the longer one is a bar and is drawn again. */
const slimmest = 0.4;
/** A template one stroke of which is longer than this share of all would be that stroke: a digit, a letter. */
const longestShare = 0.5;
/** A template that encloses more than this share of its box would be a ring or a pair of rings: a digit again. */
const mostEnclosed = 0.08;
/** Two templates whose blurred images correlate more than this are one class to the eye: the later is drawn again. */
const mostAlike = 0.6;

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
  if (choice < 0.35) return { kind: 'line', values: uniform(4, 9) };
  if (choice < 0.7) return { kind: 'curve', values: uniform(8, 10) };
  // Never a whole turn: closed loops make zeros, sixes, eights and nines.
  const sweeps = [0.6 * Math.PI, Math.PI, 1.3 * Math.PI];
  const shape = [between(random, 3, 8), between(random, 3, 8), between(random, 0, 2 * Math.PI)];
  return { kind: 'arc', values: [...uniform(2, 5), ...shape, sweeps[random.integer(3)]!] };
}

/** How far a control value strays from its template, by kind. */
const jitter = {
  line: [1, 1, 1, 1],
  curve: [1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2],
  arc: [0.8, 0.8, 0.8, 0.8, 0.2, 0.25],
} as const;

/** Writes point `u` in [0, 1] of a stroke to `points` at `at`. */
function writePoint({ kind }: Stroke, v: readonly number[], u: number, points: Points, at: number): void {
  const w = 1 - u;
  if (kind === 'line') {
    points[at] = v[0]! * w + v[2]! * u;
    points[at + 1] = v[1]! * w + v[3]! * u;
  } else if (kind === 'curve') {
    const [a, b, c, d] = [w * w * w, 3 * u * w * w, 3 * u * u * w, u * u * u];
    points[at] = a * v[0]! + b * v[2]! + c * v[4]! + d * v[6]!;
    points[at + 1] = a * v[1]! + b * v[3]! + c * v[5]! + d * v[7]!;
  } else {
    const angle = v[4]! + u * v[5]!;
    points[at] = v[0]! + v[2]! * Math.cos(angle);
    points[at + 1] = v[1]! + v[3]! * Math.sin(angle);
  }
}

/** The points of all strokes, each moved at random where `random` is given. */
function trace(strokes: readonly Stroke[], random?: RandomSource): Points {
  const points = new Float32Array(strokes.length * pointsPerStroke * 2);
  for (const [index, part] of strokes.entries()) {
    const { kind, values } = part;
    const moved = random ? values.map((value, i) => value + random.normal() * jitter[kind][i]!) : values;
    for (let i = 0; i < pointsPerStroke; i++) {
      writePoint(part, moved, i / (pointsPerStroke - 1), points, (index * pointsPerStroke + i) * 2);
    }
  }
  return points;
}

function place(points: Points, { middle, zoom }: Template, zoomX: number, zoomY: number): Points {
  for (let i = 0; i < points.length; i += 2) {
    points[i] = (points[i]! - middle[0]) * zoom * zoomX + centre;
    points[i + 1] = (points[i + 1]! - middle[1]) * zoom * zoomY + centre;
  }
  return points;
}

function strokeLengths(points: Points): number[] {
  const lengths: number[] = [];
  for (let start = 0; start < points.length; start += pointsPerStroke * 2) {
    let length = 0;
    for (let i = start + 2; i < start + pointsPerStroke * 2; i += 2) {
      length += Math.hypot(points[i]! - points[i - 2]!, points[i + 1]! - points[i - 1]!);
    }
    lengths.push(length);
  }
  return lengths;
}

/** A random template, or undefined where it came out as a bar or as little more than one or two strokes. */
function makeTemplate(random: RandomSource): Template | undefined {
  const strokes = Array.from({ length: 3 + random.integer(2) }, () => drawStroke(random));
  const points = trace(strokes);
  const lengths = strokeLengths(points);
  if (Math.max(...lengths) > longestShare * lengths.reduce((sum, length) => sum + length, 0))
    return undefined;
  const [xs, ys] = [points.filter((_, i) => i % 2 === 0), points.filter((_, i) => i % 2 === 1)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [short, long] = [Math.min(right - left, bottom - top), Math.max(right - left, bottom - top)];
  if (short < slimmest * long) return undefined;
  return { strokes, middle: [(left + right) / 2, (top + bottom) / 2], zoom: fitted / long };
}

/** Cosine of the angle between two images, less their means. */
function correlation(a: Grid, b: Grid): number {
  const mean = (grid: Grid): number => grid.reduce((sum, value) => sum + value, 0) / grid.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return both / Math.sqrt(ofA * ofB);
}

function makeTemplates(classes: number, seed: number): Template[] {
  const random = createRandom(seed, 'glyph templates');
  const templates: Template[] = [];
  const images: Grid[] = [];
  while (templates.length < classes) {
    const template = makeTemplate(random);
    if (!template) continue;
    const points = place(trace(template.strokes), template, 1, 1);
    if (enclosedArea(stroke(points, 0.8, 1)) > mostEnclosed * fitted * fitted) continue;
    const image = stroke(points, 2.5, 1);
    if (images.some((other) => correlation(image, other) > mostAlike)) continue;
    templates.push(template);
    images.push(image);
  }
  return templates;
}

export interface GlyphOptions {
  /** Up to about 200: beyond, ever fewer templates differ from all before. */
  readonly classes: number;
  /** Of the templates. */
  readonly seed: number;
  /** Of the source, in the plural; classes are called by it too. */
  readonly name?: string;
}

/** A source of stroke characters. Templates are made when the first image is drawn. */
export function createGlyphs({ classes, seed, name = 'glyphs' }: GlyphOptions): ImageSource {
  let templates: Template[] | undefined;
  return generatedSource({
    name,
    description: 'stroke characters of no script',
    labels: Array.from(
      { length: classes },
      (_, label) => `${name.slice(0, -1)}-${String(label).padStart(2, '0')}`,
    ),
    draw: (label, random) => {
      templates ??= makeTemplates(classes, seed);
      const template = templates[label]!;
      const points = trace(template.strokes, random);
      place(points, template, between(random, 0.8, 1.1), between(random, 0.9, 1.1));
      return stroke(points, between(random, 0.7, 1.7), between(random, 0.8, 1));
    },
  });
}

export const glyphs = createGlyphs({ classes: 64, seed: 1 });

/** A second script, of more characters. */
export const symbols = createGlyphs({ classes: 128, seed: 2, name: 'symbols' });
