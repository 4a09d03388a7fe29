import { describe, expect, it } from 'vitest';
import { epochOrder } from './sampler.ts';

describe('epochOrder', () => {
  it('is a permutation that depends on seed and epoch', () => {
    const order = epochOrder(1000, 3, 0);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect(epochOrder(1000, 3, 0)).toEqual(order);
    expect(epochOrder(1000, 3, 1)).not.toEqual(order);
    expect(epochOrder(1000, 4, 0)).not.toEqual(order);
  });

  it('puts every example everywhere about equally often', () => {
    const counts = new Array<number>(5).fill(0);
    for (let epoch = 0; epoch < 2000; epoch++) counts[epochOrder(5, 0, epoch).indexOf(2)]!++;
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(90);
  });
});
