import { createRandom } from '@mdpd/tensor/random';
import { expect, it } from 'vitest';
import { drawTokenMask } from './mask.ts';

const shape = { layers: 3, batch: 40, tokens: 25 };

it('is 0 or 1 for every layer, example and token, 1 in about the share that was asked for', () => {
  const mask = drawTokenMask(createRandom(1), shape, 0.3);
  expect(mask.shape).toEqual([3, 40, 25, 1]);
  expect(mask.dtype).toBe('float32');
  const values = Array.from(mask.data);
  expect(new Set(values)).toEqual(new Set([0, 1]));
  const share = values.reduce((sum, value) => sum + value, 0) / values.length;
  // 3000 draws: four standard deviations.
  expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 3000));
});

it('hides nothing at ratio 0, everything at ratio 1', () => {
  expect(new Set(drawTokenMask(createRandom(1), shape, 0).data)).toEqual(new Set([0]));
  expect(new Set(drawTokenMask(createRandom(1), shape, 1).data)).toEqual(new Set([1]));
});

it('differs between layers and examples, and is the same for the same generator', () => {
  const values = drawTokenMask(createRandom(1), shape, 0.5).data;
  const part = (index: number): string => values.subarray(index * 25, (index + 1) * 25).join('');
  expect(part(0)).not.toBe(part(1));
  expect(part(0)).not.toBe(part(40));
  expect(drawTokenMask(createRandom(1), shape, 0.5).data).toEqual(values);
  expect(drawTokenMask(createRandom(2), shape, 0.5).data).not.toEqual(values);
});
