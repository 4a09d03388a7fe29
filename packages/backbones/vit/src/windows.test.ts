import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { windows } from './windows.ts';

interface Case {
  batch: number;
  channels: number;
  grid: [number, number];
  patch: [number, number];
  context: number;
}

/** Windows by the definition: loops over every value, zeros outside. */
function naive({ batch, channels, grid, patch, context }: Case, image: readonly number[]): number[] {
  const [height, width] = [grid[0] * patch[0], grid[1] * patch[1]];
  const values: number[] = [];
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < grid[0]; row++)
      for (let column = 0; column < grid[1]; column++)
        for (let c = 0; c < channels; c++)
          for (let y = row * patch[0] - context; y < (row + 1) * patch[0] + context; y++)
            for (let x = column * patch[1] - context; x < (column + 1) * patch[1] + context; x++) {
              const inside = y >= 0 && y < height && x >= 0 && x < width;
              values.push(inside ? image[((b * channels + c) * height + y) * width + x]! : 0);
            }
  return values;
}

describe.each(['wasm', 'cpu'] as const)('windows on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('equal loops over the pixels, for every shape and context', () => {
    const pair = (most: number) =>
      fc.tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }));
    const cases = fc.record<Case>({
      batch: fc.integer({ min: 1, max: 3 }),
      channels: fc.integer({ min: 1, max: 3 }),
      grid: pair(3),
      patch: pair(4),
      context: fc.integer({ min: 0, max: 6 }),
    });
    fc.assert(
      fc.property(cases, (shape) => {
        const { batch, channels, grid, patch, context } = shape;
        const size = [batch, channels, grid[0] * patch[0], grid[1] * patch[1]];
        const image = Array.from({ length: size.reduce((a, b) => a * b) }, (_, index) => index + 1);
        const actual = tf.tidy(() =>
          windows(tf.tensor(image, size, 'float32'), { height: patch[0], width: patch[1] }, context),
        );
        const values = Array.from(actual.dataSync());
        const expected = naive(shape, image);
        expect(actual.shape).toEqual([
          batch,
          grid[0] * grid[1],
          expected.length / (batch * grid[0] * grid[1]),
        ]);
        actual.dispose();
        expect(values).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
