import type { ParameterKind, ParameterSpec } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { expect, it } from 'vitest';
import { freshHeadPlan } from './fresh-head.ts';
import { drawTensors } from './specs.ts';

const spec = (name: string, kind: ParameterKind): ParameterSpec => ({
  name,
  shape: [200, 200],
  kind,
  stage: 'head',
});

function drawn(name: string, kind: ParameterKind, cut?: number): number[] {
  const plan = { [name]: freshHeadPlan(spec(name, kind), cut) };
  return Array.from(drawTensors(plan, createRandom(1))[name]!.data);
}

const deviation = (values: number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);

it.each(['weight', 'embedding'] as const)('draws a %s with deviation 0.02', (kind) => {
  const values = drawn('dense.weight', kind);
  expect(deviation(values)).toBeCloseTo(0.02, 3);
  expect(Math.max(...values)).toBeGreaterThan(0.06);
});

it('draws again what lies beyond the cut', () => {
  const [free, cut] = [drawn('dense.weight', 'weight'), drawn('dense.weight', 'weight', 2)];
  expect(Math.max(...cut.map(Math.abs))).toBeLessThanOrEqual(0.04);
  // A normal value within two deviations has a deviation of 0.88.
  expect(deviation(cut)).toBeCloseTo(0.0176, 3);
  const firstBeyond = free.findIndex((value) => Math.abs(value) > 0.04);
  expect(cut.slice(0, firstBeyond)).toEqual(free.slice(0, firstBeyond));
  expect(firstBeyond).toBeGreaterThan(0);
});

it('starts norms as the identity, and biases at zero', () => {
  expect(new Set(drawn('norm.weight', 'norm'))).toEqual(new Set([1]));
  expect(new Set(drawn('norm.bias', 'norm'))).toEqual(new Set([0]));
  expect(new Set(drawn('dense.bias', 'bias'))).toEqual(new Set([0]));
});
