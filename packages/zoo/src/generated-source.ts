/**
 * Sources whose images are drawn, not stored: seeded, the same on every machine, and never digits.
 *
 * Image i of a split shows class i modulo the number of classes, and depends on (source, split, i) alone.
 */
import type { ImageSet, ImageSource, RandomSource } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { side, type Grid } from './raster.ts';

/** Changing it changes every generated image, and so every figure that was measured on them. */
const generation = 1;

const sizes = { train: 60_000, test: 10_000 } as const;

export interface Generator {
  readonly name: string;
  readonly description: string;
  readonly labels: readonly string[];
  /** Draws one image of class `label` with values in [0, 1]. */
  draw(label: number, random: RandomSource): Grid;
}

function toBytes(grid: Grid): Uint8Array {
  const bytes = new Uint8Array(grid.length);
  for (let i = 0; i < grid.length; i++) bytes[i] = Math.round(255 * Math.min(1, Math.max(0, grid[i]!)));
  return bytes;
}

export function generatedSource({ name, description, labels, draw }: Generator): ImageSource {
  const root = createRandom(generation, name);
  const open = (split: keyof typeof sizes): ImageSet => {
    const images = root.fork(split);
    return {
      size: sizes[split],
      origin: `${name}:${split}`,
      labels,
      label: (index) => index % labels.length,
      place: (index) => `${name}:${split}[${index}]`,
      read(index) {
        const data = toBytes(draw(index % labels.length, images.fork(String(index))));
        return Promise.resolve({ width: side, height: side, channels: 1, data });
      },
    };
  };
  return {
    name,
    description: `${description} (generated, ${labels.length} classes, ${side} x ${side} grey)`,
    splits: sizes,
    open: (split) => Promise.resolve(open(split as keyof typeof sizes)),
  };
}
