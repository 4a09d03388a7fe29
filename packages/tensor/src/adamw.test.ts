import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, TensorRecord } from '@mdpd/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamW, clipByGlobalNorm, initialMoments } from './adamw.ts';
import { useBackend } from './backend.ts';
import { wave } from './compare.ts';
import { hostTensor, sizeOf, uploadRecord } from './host.ts';

interface OracleStep {
  readonly norm: number | null;
  readonly params: Record<string, number[]>;
}

interface Oracle {
  readonly shapes: Record<string, number[]>;
  readonly settings: Record<string, { learningRate: number; weightDecay: number }>;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly clip: number;
  readonly plain: readonly OracleStep[];
  readonly clipped: readonly OracleStep[];
}

const oracle = JSON.parse(readFileSync(new URL('./oracles/adamw.json', import.meta.url), 'utf8')) as Oracle;

const record = (values: (size: number) => readonly number[]): HostRecord =>
  Object.fromEntries(
    Object.entries(oracle.shapes).map(([name, shape]) => [name, hostTensor(values(sizeOf(shape)), shape)]),
  );

function gradientsOf(step: number): TensorRecord {
  const factor = step === 2 ? 0 : 1 / (1 + step);
  return uploadRecord(record((size) => wave(size, 10 + step).map((value) => value * factor)));
}

const normOf = (gradients: TensorRecord): number =>
  Math.hypot(...Object.values(gradients).flatMap((gradient) => Array.from(gradient.dataSync())));

describe.each(['cpu', 'wasm'] as const)('AdamW on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(['plain', 'clipped'] as const)('equals PyTorch (%s)', (kind) => {
    const before = tf.memory().numTensors;
    const host = record((size) => wave(size, 1));
    let params = uploadRecord(host);
    let moments = uploadRecord(initialMoments(host));
    const rates = new Map([1e-2, 3e-1].map((rate) => [rate, tf.scalar(rate)]));
    oracle[kind].forEach((expected, index) => {
      const raw = gradientsOf(index);
      const grads = kind === 'clipped' ? clipByGlobalNorm(raw, oracle.clip) : raw;
      if (expected.norm !== null) {
        expect(normOf(raw)).toBeCloseTo(expected.norm, 3);
        expect(normOf(grads)).toBeLessThan(oracle.clip * (1 + 1e-6));
      }
      const step = tf.scalar(index + 1);
      const updated = adamW(params, grads, moments, {
        ...oracle,
        step,
        learningRate: (name) => rates.get(oracle.settings[name]!.learningRate)!,
        weightDecay: (name) => oracle.settings[name]!.weightDecay,
      });
      tf.dispose([raw, grads, step, params, moments]);
      ({ params, moments } = updated);
      for (const [name, values] of Object.entries(expected.params)) {
        const actual = params[name]!.dataSync();
        values.forEach((value, i) => expect(Math.abs(actual[i]! - value)).toBeLessThan(3e-6));
      }
    });
    expect(Object.keys(moments).sort()).toEqual(Object.keys(initialMoments(host)).sort());
    expect(Object.entries(params).map(([name, { shape }]) => [name, shape])).toEqual(
      expect.arrayContaining(Object.entries(oracle.shapes)),
    );
    tf.dispose([params, moments, [...rates.values()]]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('updates only what has a gradient', () => {
    const one = { a: tf.ones([2]), b: tf.ones([3]) };
    const moments = { 'a.m': tf.zeros([2]), 'a.v': tf.zeros([2]) };
    const rate = tf.scalar(0.5);
    const settings = {
      step: tf.scalar(1),
      learningRate: () => rate,
      weightDecay: () => 0,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 0,
    };
    const grads = { a: tf.tensor1d([4, -2]) };
    const result = adamW(one, grads, moments, settings);
    expect(Object.keys(result.params)).toEqual(['a']);
    // Without epsilon the first step moves every value by the learning rate.
    tf.test_util.expectArraysClose(result.params['a']!.dataSync(), [0.5, 1.5], 1e-6);
    expect(adamW(one, {}, {}, settings)).toEqual({ params: {}, moments: {} });
    expect(clipByGlobalNorm({}, 1)).toEqual({});
    tf.dispose([one, moments, rate, settings.step, grads, result.params, result.moments]);
  });

  it('leaves small gradients as they are', () => {
    const grads = { a: tf.tensor1d([0.3, 0.4]), b: tf.tensor1d([0]) };
    const clipped = clipByGlobalNorm(grads, 1);
    expect(Array.from(clipped['a']!.dataSync())).toEqual(Array.from(grads.a.dataSync()));
    tf.dispose([grads, clipped]);
  });
});
