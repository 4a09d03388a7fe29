import { createRandom } from '@mdpd/tensor/random';
import { expect, it } from 'vitest';
import { drawTensors, linearPlan, normPlan } from './specs.ts';

const deviation = (values: ArrayLike<number>): number => {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length);
};

it('plans a linear layer as Hugging Face lays it out, with variance gain²/inputs and no shift', () => {
  const drawn = drawTensors(linearPlan('l', 100, 60, 0.5), createRandom(1));
  expect(Object.entries(drawn).map(([name, { shape }]) => [name, shape])).toEqual([
    ['l.weight', [60, 100]],
    ['l.bias', [60]],
  ]);
  const weight = drawn['l.weight']!.data;
  expect(deviation(weight)).toBeCloseTo(0.05, 3);
  const bound = 0.5 * Math.sqrt(3 / 100);
  expect(Math.max(...weight)).toBeLessThanOrEqual(bound);
  expect(Math.max(...weight)).toBeGreaterThan(0.99 * bound);
  expect(Math.min(...weight)).toBeLessThan(-0.99 * bound);
  expect(new Set(drawn['l.bias']!.data)).toEqual(new Set([0]));
});

it('plans a norm as the identity', () => {
  const drawn = drawTensors(normPlan('n', 4), createRandom(1));
  expect([...drawn['n.weight']!.data]).toEqual([1, 1, 1, 1]);
  expect([...drawn['n.bias']!.data]).toEqual([0, 0, 0, 0]);
});

it('draws normal values of the given deviation, and scalars', () => {
  const plan = {
    token: { shape: [50, 100], initializer: { kind: 'normal', deviation: 0.02 } },
    gate: { shape: [], initializer: { kind: 'zeros' } },
  } as const;
  const drawn = drawTensors(plan, createRandom(1));
  expect(deviation(drawn['token']!.data)).toBeCloseTo(0.02, 3);
  expect(drawn['gate']).toEqual({ data: Float32Array.of(0), shape: [], dtype: 'float32' });
});

it('draws every tensor by its name: others change nothing', () => {
  const alone = drawTensors(linearPlan('b', 3, 3), createRandom(1));
  const both = drawTensors({ ...linearPlan('a', 3, 3), ...linearPlan('b', 3, 3) }, createRandom(1));
  expect(both['b.weight']).toEqual(alone['b.weight']);
  expect(both['a.weight']).not.toEqual(both['b.weight']);
  expect(drawTensors(linearPlan('b', 3, 3), createRandom(2))['b.weight']).not.toEqual(alone['b.weight']);
});
