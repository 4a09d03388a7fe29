/**
 * Masks of images of different sizes, for tests.
 *
 * Letters: B batch, H × W pixels of the canvas.
 */
import type { Backbone, HostTensor } from '@mdpd/core';
import { hostTensor } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import { readViltConfig } from '../vilt-config.ts';

/** [B, H, W]. The first image fills the canvas; the others have any number of rows and columns of patches. */
export function imageMasks({ config }: Pick<Backbone, 'config'>, batch: number, seed: number): HostTensor {
  const { grid, patch } = readViltConfig(config);
  const random = createRandom(seed, 'sizes of images');
  const sizes = Array.from({ length: batch }, (_, index) => {
    const length = (most: number): number => patch * (index === 0 ? most : 1 + random.integer(most));
    return [length(grid.rows), length(grid.columns)] as const;
  });
  return masksOf({ config }, sizes);
}

/** [B, H, W]: a mask for every [height, width] in pixels. */
export function masksOf(
  { config }: Pick<Backbone, 'config'>,
  sizes: readonly (readonly [number, number])[],
): HostTensor {
  const [height, width] = readViltConfig(config).canvas;
  const values = sizes.map(([rows, columns]) =>
    Array.from({ length: height * width }, (_, at) =>
      Number(Math.floor(at / width) < rows && at % width < columns),
    ),
  );
  return hostTensor(values.flat(), [sizes.length, height, width], 'int32');
}
