import * as tf from '@tensorflow/tfjs-core';
import type { OptimizationSettings } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { optimizerScalars, updateGroup } from './update.ts';

const optimization: OptimizationSettings = {
  learningRate: { head: 0.1, norm: 0.05, bias: 0.04, lora: 0.03, weight: 0.02, side: 0.01 },
  weightDecay: 0.5,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  warmup: 0.2,
  schedule: 'linear',
  clipNorm: 0,
  labelSmoothing: 0,
};

beforeAll(() => useBackend('cpu'));

describe('optimizerScalars', () => {
  it('counts steps from 1 and gives every rate its place on the schedule', () => {
    const at = (step: number): Record<string, number> => optimizerScalars(optimization, step, 10);
    expect(at(0)).toEqual({
      step: 1,
      'rate.head': 0.05,
      'rate.norm': 0.025,
      'rate.bias': 0.02,
      'rate.lora': 0.015,
      'rate.weight': 0.01,
      'rate.side': 0.005,
    });
    expect(at(1)['rate.head']).toBe(0.1);
    expect(at(2)['rate.head']).toBe(0.1);
    expect(at(6)['rate.head']).toBeCloseTo(0.05, 12);
    expect(at(9)['rate.head']).toBeCloseTo(0.1 / 8, 12);
    expect(at(9)['step']).toBe(10);
  });
});

describe('updateGroup', () => {
  const group = {
    rateOf: (name: string) => (name === 'h' ? ('head' as const) : ('norm' as const)),
    decays: (name: string) => name === 'h',
  };
  const run = (settings: OptimizationSettings, step?: tf.Scalar) => {
    const values = { h: tf.tensor1d([1, 2]), n: tf.tensor1d([3]) };
    const grads = { h: tf.tensor1d([3, 0]), n: tf.tensor1d([-4]) };
    const zero = tf.zeros([2]);
    const moments = { 'h.m': zero, 'h.v': zero, 'n.m': tf.zeros([1]), 'n.v': tf.zeros([1]), 'other.m': zero };
    const scalars = Object.fromEntries(
      Object.entries(optimizerScalars({ ...settings, schedule: 'constant', warmup: 0 }, 0, 10)).map(
        ([name, value]) => [name, tf.scalar(value)],
      ),
    );
    return updateGroup(settings, group, values, grads, moments, scalars, step);
  };

  it('moves every tensor by its own rate, with decay where its group says so', () => {
    const { params, moments } = run(optimization);
    // The first AdamW update is rate·sign(gradient) after the decay by rate·0.5.
    const [h, n] = [params['h']!.dataSync(), params['n']!.dataSync()];
    expect(h[0]).toBeCloseTo(1 * 0.95 - 0.1, 5);
    expect(h[1]).toBeCloseTo(2 * 0.95, 5);
    expect(n[0]).toBeCloseTo(3 + 0.05, 5);
    expect(Object.keys(params).sort()).toEqual(['h', 'n']);
    expect(Object.keys(moments).sort()).toEqual(['h.m', 'h.v', 'n.m', 'n.v']);
  });

  it('clips by the norm of all gradients of the group together', () => {
    const moment = (settings: OptimizationSettings): number[] => {
      const { moments } = run(settings);
      return [moments['h.m']!.dataSync()[0]!, moments['n.m']!.dataSync()[0]!];
    };
    const [h, n] = moment(optimization);
    expect([h, n]).toEqual([expect.closeTo(0.3, 6), expect.closeTo(-0.4, 6)]);
    const [clippedH, clippedN] = moment({ ...optimization, clipNorm: 1 });
    expect(clippedH).toBeCloseTo(0.06, 5);
    expect(clippedN).toBeCloseTo(-0.08, 5);
    expect(moment({ ...optimization, clipNorm: 10 })[0]).toBeCloseTo(0.3, 6);
  });

  it('corrects the bias by a step of its own where one is given', () => {
    const first = run({ ...optimization, weightDecay: 0 }).params['n']!.dataSync()[0]!;
    const later = run({ ...optimization, weightDecay: 0 }, tf.scalar(5)).params['n']!.dataSync()[0]!;
    const expected = 3 + (0.05 * (0.1 / (1 - 0.9 ** 5))) / Math.sqrt(0.01 / (1 - 0.99 ** 5));
    expect(first).toBeCloseTo(3.05, 5);
    expect(later).toBeCloseTo(expected, 5);
  });
});
