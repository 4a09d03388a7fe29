import * as tf from '@tensorflow/tfjs-core';
import { formatError, MdpdError, type ParameterSpec } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { createRandom } from '@mdpd/tensor/random';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { beforeAll, describe, expect, it } from 'vitest';
import { initialLora, loraSpecs, loraTargets, mergeStage } from './lora.ts';

beforeAll(() => useBackend('cpu'));

const { parameters } = tinyBackbone({ blocks: 2, width: 8 });
const settings = { rank: 2, alpha: 4, targets: '.' };

function errorText(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'no error';
}

describe('loraTargets', () => {
  it('is every matrix of the blocks, and neither embedding, norm nor bias', () => {
    const parts = [
      'attention.query',
      'attention.key',
      'attention.value',
      'attention.projection',
      'mlp.in',
      'mlp.out',
    ];
    const expected = [0, 1].flatMap((layer) =>
      parts.map((part) => `tiny.main.layer.${layer}.${part}.weight`),
    );
    expect(loraTargets(parameters, settings).map(({ name }) => name)).toEqual(expected);
  });

  it('are those whose name matches', () => {
    const names = loraTargets(parameters, { ...settings, targets: 'layer\\.1.*(query|value)' }).map(
      ({ name }) => name,
    );
    expect(names).toEqual([
      'tiny.main.layer.1.attention.query.weight',
      'tiny.main.layer.1.attention.value.weight',
    ]);
  });

  it('must be some: names what there is in a block', () => {
    const run = (): unknown => loraTargets(parameters, { ...settings, targets: 'q_proj' });
    expect(errorText(run)).toMatchInlineSnapshot(`
      "error LORA_NO_TARGET
        no matrix of the blocks matches lora.targets "q_proj"
        allowed: tiny.main.layer.0.attention.query.weight, tiny.main.layer.0.attention.key.weight, tiny.main.layer.0.attention.value.weight, tiny.main.layer.0.attention.projection.weight, tiny.main.layer.0.mlp.in.weight, tiny.main.layer.0.mlp.out.weight"
    `);
  });

  it('names what there is in the first block that can be trained', () => {
    const last = parameters.filter(({ stage, name }) => stage === 1 && name.includes('mlp'));
    expect(errorText(() => loraTargets(last, { ...settings, targets: 'q_proj' }))).toContain(
      'allowed: tiny.main.layer.1.mlp.in.weight, tiny.main.layer.1.mlp.out.weight',
    );
    expect(errorText(() => loraTargets([], settings))).toBe(
      'error LORA_NO_TARGET\n  no matrix of the blocks matches lora.targets "."',
    );
  });

  it('must be a regular expression', () => {
    const run = (): unknown => loraTargets(parameters, { ...settings, targets: '(' });
    expect(errorText(run)).toMatchInlineSnapshot(`
      "error LORA_PATTERN
        lora.targets "(" is not a regular expression
        fix: for example ".*" or "attention""
    `);
  });
});

describe('updates', () => {
  const target: ParameterSpec = { name: 'w', shape: [3, 5], kind: 'weight', stage: 1 };
  const other: ParameterSpec = { name: 'u', shape: [2, 5], kind: 'weight', stage: 0 };

  it('are A [r, in] and B [out, r], read by the stage of the weight', () => {
    expect(loraSpecs([target], 2)).toEqual([
      { name: 'w.lora_A', shape: [2, 5], kind: 'weight', stage: 1 },
      { name: 'w.lora_B', shape: [3, 2], kind: 'weight', stage: 1 },
    ]);
  });

  it('start with A uniform in ±1/√in and B zero, A by its own name', () => {
    const wide: ParameterSpec = { name: 'wide', shape: [4, 100], kind: 'weight', stage: 0 };
    const first = initialLora(loraSpecs([wide, target], 8), createRandom(1));
    expect(Object.keys(first)).toEqual(['wide.lora_A', 'wide.lora_B', 'w.lora_A', 'w.lora_B']);
    const a = Array.from(first['wide.lora_A']!.data);
    expect(a.every((value) => Math.abs(value) <= 0.1)).toBe(true);
    expect(Math.max(...a)).toBeGreaterThan(0.095);
    expect(Math.min(...a)).toBeLessThan(-0.095);
    expect(a.reduce((sum, value) => sum + value, 0) / a.length).toBeCloseTo(0, 1);
    expect(new Set(first['wide.lora_B']!.data)).toEqual(new Set([0]));
    expect(initialLora(loraSpecs([wide], 8), createRandom(1))['wide.lora_A']).toEqual(first['wide.lora_A']);
    expect(initialLora(loraSpecs([wide], 8), createRandom(2))['wide.lora_A']).not.toEqual(
      first['wide.lora_A'],
    );
  });

  const numbers = (shape: [number, number], factor: number): tf.Tensor2D =>
    tf.tensor2d(
      Array.from({ length: shape[0] * shape[1] }, (_, i) => factor * (i + 1)),
      shape,
    );
  const makeParams = () => ({ w: numbers([3, 5], 1), u: numbers([2, 5], 2), norm: tf.ones([5]) });
  const makeUpdates = () => ({
    'w.lora_A': numbers([2, 5], 0.1),
    'w.lora_B': numbers([3, 2], 1),
    'u.lora_A': numbers([2, 5], 0.2),
    'u.lora_B': numbers([2, 2], 1),
  });

  it('are merged as W + scale·B·A, by hand', () => {
    const merged = mergeStage(makeParams(), makeUpdates(), [target, other], 0.5, 1);
    const w = merged['w']!.arraySync() as number[][];
    // Row 0 of B is [1, 2]; columns 0 of A are 0.1 and 0.6: 1 + 0.5·(0.1 + 1.2).
    expect(w[0]![0]).toBeCloseTo(1.65, 5);
    // Row 2 of B is [5, 6]; columns 4 of A are 0.5 and 1: 15 + 0.5·(2.5 + 6).
    expect(w[2]![4]).toBeCloseTo(19.25, 5);
    expect(merged['w']!.shape).toEqual([3, 5]);
  });

  it('are merged for the stage that was asked for, or for all; everything else stays the very same tensor', () => {
    const [params, updates] = [makeParams(), makeUpdates()];
    const one = mergeStage(params, updates, [target, other], 0.5, 1);
    expect(one['u']).toBe(params.u);
    expect(one['norm']).toBe(params.norm);
    expect(one['w']).not.toBe(params.w);
    const all = mergeStage(params, updates, [target, other], 0.5, 'all');
    expect(all['u']).not.toBe(params.u);
    expect(all['w']!.dataSync()).toEqual(one['w']!.dataSync());
    expect(mergeStage(params, updates, [target, other], 0.5, 'head')['w']).toBe(params.w);
  });

  it('have gradients B: scale·G·Aᵀ and A: scale·Bᵀ·G', () => {
    const [params, updates] = [makeParams(), makeUpdates()];
    const g = numbers([3, 5], 0.3);
    const loss = (a: tf.Tensor, b: tf.Tensor): tf.Scalar => {
      const merged = mergeStage(params, { ...updates, 'w.lora_A': a, 'w.lora_B': b }, [target], 0.5, 1);
      return tf.sum(tf.mul(merged['w']!, g)) as tf.Scalar;
    };
    const { grads } = tf.valueAndGrads(loss)([updates['w.lora_A'], updates['w.lora_B']]);
    const expected = [
      tf.mul(tf.matMul(updates['w.lora_B'], g, true, false), 0.5),
      tf.mul(tf.matMul(g, updates['w.lora_A'], false, true), 0.5),
    ];
    grads.forEach((gradient, i) => {
      const wanted = expected[i]!.dataSync();
      gradient.dataSync().forEach((value, at) => expect(value).toBeCloseTo(wanted[at]!, 4));
    });
  });
});
