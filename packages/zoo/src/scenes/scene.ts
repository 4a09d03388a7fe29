/**
 * Scenes of up to six coloured shapes that do not touch each other, and what stands where.
 *
 * A scene depends on its random numbers alone.
 */
import type { RandomSource } from '@mdpd/core';
import { boxOf, type Box } from './outline.ts';
import { drawBackground, type Background } from './background.ts';
import { fillOf } from './fill.ts';
import {
  colourNames,
  shapes,
  sizeNames,
  sizes,
  type Colour,
  type Shape,
  type Side,
  type Size,
} from './words.ts';

export interface SceneObject {
  readonly shape: Shape;
  readonly colour: Colour;
  readonly size: Size;
  /** Centre of the circle around it, in pixels. */
  readonly x: number;
  readonly y: number;
  /** Of that circle, in pixels. */
  readonly radius: number;
  /** In degrees, clockwise. */
  readonly turn: number;
  /** Fill, a little off its colour: `hsl(…)`. */
  readonly fill: string;
  /** Around its outline: x, y, width, height in pixels. */
  readonly box: Box;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly background: Background;
  /** In random order. */
  readonly objects: readonly SceneObject[];
}

const canvasSides = [96, 104, 112, 120, 128] as const;
const fewestObjects = 2;
const mostObjects = 6;
/** Least distance between the circles around two objects, and from the edge, in pixels. */
const gap = 3;
/** Shares of objects that repeat an earlier one's shape, colour: without, there would be nothing to count or confuse. */
const repeats = { shape: 0.4, colour: 0.3 } as const;
/** Objects are beside each other where their centres are apart by this share of the canvas. */
const besideFrom = 0.12;

export function between(random: RandomSource, low: number, high: number): number {
  return low + (high - low) * random.next();
}

export function pick<T>(random: RandomSource, values: readonly T[]): T {
  return values[random.integer(values.length)]!;
}

/** How far a shape may be turned without looking like another. */
const turns: Readonly<Record<Shape, number>> = {
  circle: 0,
  ring: 0,
  square: 12,
  triangle: 18,
  star: 36,
  cross: 12,
};

function attributesOf(
  random: RandomSource,
  earlier: readonly SceneObject[],
): Pick<SceneObject, 'shape' | 'colour' | 'size'> {
  const repeat = (share: number) =>
    earlier.length > 0 && random.next() < share ? pick(random, earlier) : undefined;
  const shape = repeat(repeats.shape)?.shape ?? pick(random, shapes);
  const colour = repeat(repeats.colour)?.colour ?? pick(random, colourNames);
  return { shape, colour, size: pick(random, sizeNames) };
}

/** A place for one more object, or undefined where none was found. */
function place(
  random: RandomSource,
  canvas: Pick<Scene, 'width' | 'height'>,
  earlier: readonly SceneObject[],
): SceneObject | undefined {
  const attributes = attributesOf(random, earlier);
  const [least, most] = sizes[attributes.size];
  const radius = between(random, least, most) * Math.min(canvas.width, canvas.height);
  const turn = between(random, -1, 1) * turns[attributes.shape];
  const fill = fillOf(random, attributes.colour);
  const margin = radius + gap;
  for (let attempt = 0; attempt < 60; attempt++) {
    const [x, y] = [
      between(random, margin, canvas.width - margin),
      between(random, margin, canvas.height - margin),
    ];
    if (earlier.some((other) => Math.hypot(other.x - x, other.y - y) < other.radius + margin)) continue;
    const box = boxOf({ shape: attributes.shape, x, y, radius, turn });
    return { ...attributes, x, y, radius, turn, fill, box };
  }
  return undefined;
}

/**
 * `simple`: of one to six objects, few more often than many, as one learns to name them; else two to six, all numbers
 * alike.
 */
export function createScene(random: RandomSource, simple = false): Scene {
  const [width, height] = [pick(random, canvasSides), pick(random, canvasSides)];
  const background = drawBackground(random);
  const wanted = simple
    ? 1 + random.integer(1 + random.integer(mostObjects))
    : fewestObjects + random.integer(mostObjects - fewestObjects + 1);
  const objects: SceneObject[] = [];
  // Six large objects always fit into the smallest canvas in some order; a crowded start is dropped and drawn again.
  while (objects.length < wanted) {
    const next = place(random, { width, height }, objects);
    if (next) objects.push(next);
    else objects.length = 0;
  }
  return { width, height, background, objects };
}

/**
 * Whether `object` is on that side of `other`: true, false, or undefined where it is too close to call. Only the one
 * axis counts.
 */
export function isBeside(
  scene: Scene,
  object: SceneObject,
  side: Side,
  other: SceneObject,
): boolean | undefined {
  const horizontal = side === 'left of' || side === 'right of';
  const apart = horizontal ? (object.x - other.x) / scene.width : (object.y - other.y) / scene.height;
  if (Math.abs(apart) < besideFrom) return undefined;
  return apart < 0 === (side === 'left of' || side === 'above');
}
