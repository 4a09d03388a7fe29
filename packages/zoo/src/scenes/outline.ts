/** Outlines of shapes: as SVG draws them, and the boxes around them. */
import type { Shape } from './words.ts';

/** x, y of the upper left corner, width, height: COCO's order, in pixels. */
export type Box = readonly [x: number, y: number, width: number, height: number];

export interface Outline {
  readonly shape: Shape;
  /** Centre and radius of the circle around it, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** In degrees, clockwise. */
  readonly turn: number;
}

type Point = readonly [x: number, y: number];

/** Width of a ring's band and of a cross's arms, as a share of the radius. */
const bandShare = 0.36;
const armShare = 0.3;
/** Radius of the inner corners of a star. */
const innerShare = 0.42;

/** Corners at equal angles on circles of these radii in turn, the first at the top. */
function corners(count: number, radii: readonly number[]): Point[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count - Math.PI / 2;
    const radius = radii[index % radii.length]!;
    return [radius * Math.cos(angle), radius * Math.sin(angle)] as const;
  });
}

function crossCorners(): Point[] {
  // The outer corners lie on the unit circle.
  const [arm, long] = [armShare, Math.sqrt(1 - armShare * armShare)];
  const quarter: Point[] = [
    [arm, -long],
    [arm, -arm],
    [long, -arm],
  ];
  return [0, 1, 2, 3].flatMap((turns) =>
    quarter.map(([x, y]): Point => {
      const [cos, sin] = [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ][turns]! as [number, number];
      return [x * cos - y * sin, x * sin + y * cos];
    }),
  );
}

/** Corners relative to the centre of the unit circle, unturned; none where the outline is round. */
function unitCorners(shape: Shape): Point[] {
  if (shape === 'triangle') return corners(3, [1]);
  if (shape === 'square') {
    const half = Math.SQRT1_2;
    return [
      [-half, -half],
      [half, -half],
      [half, half],
      [-half, half],
    ];
  }
  if (shape === 'star') return corners(10, [1, innerShare]);
  return shape === 'cross' ? crossCorners() : [];
}

function cornersOf({ shape, x, y, radius, turn }: Outline): Point[] {
  const angle = (turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle) * radius, Math.sin(angle) * radius];
  return unitCorners(shape).map(([u, v]) => [x + u * cos - v * sin, y + u * sin + v * cos]);
}

/** To hundredths: what the SVG says, so that box and pixels agree. */
const rounded = (value: number): number => Math.round(value * 100) / 100;

export function boxOf(outline: Outline): Box {
  const { x, y, radius } = outline;
  const points = cornersOf(outline);
  const xs = points.length > 0 ? points.map(([each]) => each) : [x - radius, x + radius];
  const ys = points.length > 0 ? points.map(([, each]) => each) : [y - radius, y + radius];
  const [left, top] = [rounded(Math.min(...xs)), rounded(Math.min(...ys))];
  return [left, top, rounded(Math.max(...xs) - left), rounded(Math.max(...ys) - top)];
}

/** The area inside the outline, in square pixels. */
export function areaOf(outline: Outline): number {
  const { shape, radius } = outline;
  if (shape === 'circle') return rounded(Math.PI * radius * radius);
  if (shape === 'ring') return rounded(Math.PI * radius * radius * (1 - (1 - bandShare) ** 2));
  const points = cornersOf(outline);
  const twice = points.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = points[(index + 1) % points.length]!;
    return sum + x * nextY - nextX * y;
  }, 0);
  return rounded(Math.abs(twice) / 2);
}

/** x, y, x, y, … around it: COCO's polygon. Of round shapes one with 24 corners, without a ring's hole. */
export function polygonOf(outline: Outline): number[] {
  const { x, y, radius } = outline;
  const points = cornersOf(outline);
  const around = points.length > 0 ? points : corners(24, [radius]).map(([u, v]): Point => [x + u, y + v]);
  return around.flatMap((point) => point.map(rounded));
}

export function outlineSvg(outline: Outline, fill: string): string {
  const { shape, x, y, radius } = outline;
  const centre = `cx="${rounded(x)}" cy="${rounded(y)}"`;
  if (shape === 'circle') return `<circle ${centre} r="${rounded(radius)}" fill="${fill}"/>`;
  if (shape === 'ring') {
    const band = radius * bandShare;
    const stroke = `fill="none" stroke="${fill}" stroke-width="${rounded(band)}"`;
    return `<circle ${centre} r="${rounded(radius - band / 2)}" ${stroke}/>`;
  }
  const points = cornersOf(outline).map((point) => point.map(rounded).join(','));
  return `<polygon points="${points.join(' ')}" fill="${fill}"/>`;
}
