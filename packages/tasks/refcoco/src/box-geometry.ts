/**
 * Boxes in numbers: what evaluation and reading of predictions need.
 *
 * A box here is [x, y, width, height], (x, y) its upper left corner.
 */

export type Box = readonly [x: number, y: number, width: number, height: number];

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export interface Overlap {
  /** Intersection over union, in continuous coordinates: no pixel is added. */
  readonly iou: number;
  /** Generalized IoU (Rezatofighi et al. 2019), which is at most the IoU. */
  readonly giou: number;
}

const length = (a: number, b: number): number => Math.max(0, b - a);

/** Both overlaps of two boxes. They do not change where both boxes are stretched alike. NaN where a box is NaN. */
export function overlapOf([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): Overlap {
  const inter =
    length(Math.max(ax, bx), Math.min(ax + aw, bx + bw)) *
    length(Math.max(ay, by), Math.min(ay + ah, by + bh));
  const union = aw * ah + bw * bh - inter;
  const hull =
    length(Math.min(ax, bx), Math.max(ax + aw, bx + bw)) *
    length(Math.min(ay, by), Math.max(ay + ah, by + bh));
  const iou = inter / union;
  return { iou, giou: iou - (hull - union) / hull };
}

/** The part of a box that lies within the image; width or height is 0 where nothing does. */
export function clipBox([x, y, width, height]: Box, image: ImageSize): Box {
  const [left, top] = [Math.min(Math.max(x, 0), image.width), Math.min(Math.max(y, 0), image.height)];
  const right = Math.min(Math.max(x + width, left), image.width);
  const bottom = Math.min(Math.max(y + height, top), image.height);
  return [left, top, right - left, bottom - top];
}

/** Centre x, centre y, width and height as shares of the image: what the head learns. */
export function toShares([x, y, width, height]: Box, image: ImageSize): [number, number, number, number] {
  return [
    (x + width / 2) / image.width,
    (y + height / 2) / image.height,
    width / image.width,
    height / image.height,
  ];
}

/** A box from centre x, centre y, width and height; not clipped. */
export function fromCentre([cx, cy, width, height]: Box): Box {
  return [cx - width / 2, cy - height / 2, width, height];
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** What the head's four raw values say, as shares of the image; not clipped. */
export function fromRaw(raw: ArrayLike<number>, start = 0): Box {
  const at = (index: number): number => sigmoid(raw[start + index]!);
  return fromCentre([at(0), at(1), at(2), at(3)]);
}
