/**
 * Sources whose images are drawn, not stored: seeded, the same on every machine, and never digits.
 *
 * Image i of a split shows class i modulo the number of classes, and depends on (source, split, i) alone.
 */
import { MdpdError, type ImageSet, type ImageSource, type RandomSource } from '@mdpd/core';
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

export function generatedSource({ name, description, labels, draw }: Generator): ImageSource {
  const root = createRandom(generation).fork(name);
  return {
    name,
    description: `${description} (generated, ${labels.length} classes, ${side}×${side} grey)`,
    splits: sizes,
    open: async (split) => {
      if (split !== 'train' && split !== 'test') {
        throw new MdpdError('DATA_SPLIT_UNKNOWN', `source "${name}" has no split "${split}"`, {
          allowed: Object.keys(sizes),
          exitCode: 2,
        });
      }
      const images = root.fork(split);
      const set: ImageSet = {
        size: sizes[split],
        origin: `${name}:${split}`,
        labels,
        label: (index) => index % labels.length,
        place: (index) => `${name}:${split}[${index}]`,
        read: async (index) => {
          const grid = draw(index % labels.length, images.fork(String(index)));
          const data = Uint8Array.from(grid, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
          return { width: side, height: side, channels: 1, data };
        },
      };
      return set;
    },
  };
}
