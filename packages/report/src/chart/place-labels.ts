/** Places for the names of points, so that they lie on nothing else where that can be. */
import { textWidth } from './axis.ts';

/** A name at the point that it belongs to. */
export interface PointLabel {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** The field in which names may stand. */
export interface Field {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A field of the picture. */
export type Rect = readonly [left: number, top: number, right: number, bottom: number];

const lineHeight = 12;
const away = 9;

/** The left ends of the names' base lines, in the order of the points: right of a point, left, above or below; not on `avoid`. */
export function placeLabels(
  points: readonly PointLabel[],
  field: Field,
  avoid: readonly Rect[] = [],
): PointLabel[] {
  const taken: Rect[] = [
    ...points.map(({ x, y }): Rect => [x - 6, y - 6, x + 6, y + 6]),
    // Thin, but a line through a name is as bad as a marker on it.
    ...avoid.flatMap((rect) => Array<Rect>(3).fill(rect)),
  ];
  return points.map((point, own) => {
    const choices = placesOf(point);
    const cost = (rect: Rect): number =>
      outside(rect, field) * 50 +
      taken.reduce((sum, other, i) => sum + (i === own ? 0 : overlap(rect, other)), 0);
    const costs = choices.map(({ rect }) => cost(rect));
    const best = choices[costs.indexOf(Math.min(...costs))]!;
    taken.push(best.rect);
    return { text: point.text, x: best.x, y: best.y };
  });
}

function placesOf({ text, x, y }: PointLabel): { x: number; y: number; rect: Rect }[] {
  const width = textWidth(text);
  const middle = y + 4;
  const starts: [number, number][] = [
    [x + away, middle],
    [x - away - width, middle],
    [x - width / 2, y - away],
    [x - width / 2, y + away + 8],
    [x + away, middle - lineHeight],
    [x + away, middle + lineHeight],
    [x - away - width, middle - lineHeight],
    [x - away - width, middle + lineHeight],
  ];
  return starts.map(([left, base]) => ({
    x: left,
    y: base,
    rect: [left, base - lineHeight + 2, left + width, base + 2],
  }));
}

function overlap(a: Rect, b: Rect): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return width > 0 && height > 0 ? width * height : 0;
}

function outside([left, top, right, bottom]: Rect, field: Field): number {
  return (
    Math.max(0, field.left - left) +
    Math.max(0, right - field.right) +
    Math.max(0, field.top - top) +
    Math.max(0, bottom - field.bottom)
  );
}
