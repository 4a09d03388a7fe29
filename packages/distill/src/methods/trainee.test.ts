import * as tf from '@tensorflow/tfjs-core';
import { formatError, type MdpdError } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { createRandom } from '@mdpd/tensor/random';
import { differingNames } from '@mdpd/testing/differences';
import { tinyBackbone, tinyProvider } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyModel } from '@mdpd/testing/fixtures/tiny-models';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainee, type TrainedParts, type TraineeSettings } from './trainee.ts';

const backbone = tinyBackbone({ blocks: 3 });
const { specs, parameters, head } = modelUnderTest(tinyProvider, backbone);
const all = specs.map(({ name }) => name);
const headNames = ['classifier.weight', 'classifier.bias'];
const lora = { rank: 2, alpha: 6, targets: 'attention\\.(query|value)' };

const create = (settings: TraineeSettings) => createTrainee({ backbone, parameters: specs }, settings);
const layer = (index: number, ...parts: string[]): string[] =>
  parts.map((part) => `tiny.main.layer.${index}.${part}`);
const norms = (index: number): string[] =>
  layer(index, 'norm_before.weight', 'norm_before.bias', 'norm_after.weight', 'norm_after.bias');
const finalNorm = ['tiny.main.norm.weight', 'tiny.main.norm.bias'];
const biases = (index: number): string[] =>
  layer(
    index,
    'norm_before.bias',
    'attention.query.bias',
    'attention.key.bias',
    'attention.value.bias',
    'attention.projection.bias',
    'norm_after.bias',
    'mlp.in.bias',
    'mlp.out.bias',
  );
const updated = (index: number): string[] => layer(index, 'attention.query.weight', 'attention.value.weight');
const updates = (index: number): string[] =>
  updated(index).flatMap((name) => [`${name}.lora_A`, `${name}.lora_B`]);

beforeAll(() => useBackend('cpu'));

interface Case {
  readonly parts: TrainedParts;
  readonly blocks?: 'all' | number;
  readonly changed: string[];
  /** Where it is not what is changed. */
  readonly trained?: string[];
}

const sorted = (names: readonly string[]): string[] => [...names].sort();

describe('createTrainee trains exactly', () => {
  it.each<Case>([
    { parts: 'head', changed: headNames },
    { parts: 'norm+head', changed: [...norms(0), ...norms(1), ...norms(2), ...finalNorm, ...headNames] },
    { parts: 'norm+head', blocks: 1, changed: [...norms(2), ...finalNorm, ...headNames] },
    { parts: 'norm+head', blocks: 2, changed: [...norms(1), ...norms(2), ...finalNorm, ...headNames] },
    {
      parts: 'norm+head',
      blocks: 9,
      changed: [...norms(0), ...norms(1), ...norms(2), ...finalNorm, ...headNames],
    },
    {
      parts: 'bias+head',
      changed: [
        'tiny.main.embeddings.projection.bias',
        ...biases(0),
        ...biases(1),
        ...biases(2),
        'tiny.main.norm.bias',
        ...headNames,
      ],
    },
    { parts: 'bias+head', blocks: 1, changed: [...biases(2), 'tiny.main.norm.bias', ...headNames] },
    {
      parts: 'lora+head',
      changed: [...updated(0), ...updated(1), ...updated(2), ...headNames],
      trained: [...updates(0), ...updates(1), ...updates(2), ...headNames],
    },
    {
      parts: 'norm+lora+head',
      blocks: 1,
      changed: [...norms(2), ...updated(2), ...finalNorm, ...headNames],
      trained: [...norms(2), ...updates(2), ...finalNorm, ...headNames],
    },
    { parts: 'full', changed: all },
    { parts: 'full', blocks: 1, changed: all.filter((name) => /layer\.2|main\.norm|classifier/.test(name)) },
    { parts: 'head', blocks: 1, changed: headNames },
  ])('$parts, blocks $blocks', ({ parts, blocks, changed, trained = changed }) => {
    const trainee = create({ parts, blocks, lora: parts.includes('lora') ? lora : undefined });
    expect(sorted(trainee.changed)).toEqual(sorted(changed));
    // In the order of the checkpoint.
    expect(trainee.changed).toEqual(all.filter((name) => changed.includes(name)));
    const state = trainee.split(parameters, createRandom(1));
    expect(sorted(Object.keys(state.trained))).toEqual(sorted(trained));
    const frozen = all.filter((name) => !(name in state.trained));
    expect(sorted(Object.keys(state.frozen))).toEqual(sorted(frozen));
    // What is there is what was given, the very same.
    for (const name of all) {
      const at = state.trained[name] ?? state.frozen[name];
      expect(at).toBe(parameters[name]);
    }
  });
});

describe('learning rates, decay and stages', () => {
  const trainee = create({ parts: 'norm+lora+head', lora });

  it('are those of what a tensor is', () => {
    expect(trainee.rateOf('tiny.main.layer.0.norm_before.weight')).toBe('norm');
    expect(trainee.rateOf('tiny.main.norm.bias')).toBe('norm');
    expect(trainee.rateOf('tiny.main.layer.1.attention.query.weight.lora_A')).toBe('lora');
    expect(trainee.rateOf('classifier.weight')).toBe('head');
    expect(trainee.rateOf('classifier.bias')).toBe('head');
    const bias = create({ parts: 'bias+head' });
    expect(bias.rateOf('tiny.main.layer.0.mlp.in.bias')).toBe('bias');
    expect(bias.rateOf('tiny.main.layer.0.norm_before.bias')).toBe('norm');
    const full = create({ parts: 'full' });
    expect(full.rateOf('tiny.main.layer.0.norm_before.weight')).toBe('weight');
    expect(full.rateOf('tiny.main.embeddings.positions')).toBe('weight');
    expect(full.rateOf('classifier.weight')).toBe('head');
  });

  it('decay matrices alone', () => {
    expect(trainee.decays('tiny.main.layer.1.attention.query.weight.lora_B')).toBe(true);
    expect(trainee.decays('classifier.weight')).toBe(true);
    expect(trainee.decays('classifier.bias')).toBe(false);
    expect(trainee.decays('tiny.main.layer.0.norm_before.weight')).toBe(false);
  });

  it('an update is read where its weight is', () => {
    expect(trainee.stageOf('tiny.main.layer.1.attention.query.weight.lora_A')).toBe(1);
    expect(trainee.stageOf('tiny.main.norm.weight')).toBe('finish');
    expect(trainee.stageOf('classifier.weight')).toBe('head');
  });
});

describe('ship', () => {
  const trainee = create({ parts: 'norm+lora+head', lora });
  const host = trainee.split(parameters, createRandom(1));

  it('is what was loaded before the first step', async () => {
    const shipped = trainee.ship(uploadAll(host.frozen), uploadAll(host.trained));
    expect(Object.keys(shipped)).toEqual(all);
    const read = Object.fromEntries(
      Object.entries(shipped).map(([name, tensor]) => [
        name,
        { data: tensor.dataSync() as Float32Array, shape: tensor.shape, dtype: 'float32' as const },
      ]),
    );
    expect(differingNames(read, parameters)).toEqual([]);
  });

  it('has updates merged with alpha/rank, under the names and shapes of backbone and head', () => {
    const name = 'tiny.main.layer.2.attention.value.weight';
    const trained = { ...uploadAll(host.trained), [`${name}.lora_B`]: tf.ones([8, 2]) };
    const shipped = trainee.ship(uploadAll(host.frozen), trained);
    expect(Object.keys(shipped)).toEqual(all);
    for (const spec of specs) expect(shipped[spec.name]!.shape).toEqual(spec.shape);
    const a = host.trained[`${name}.lora_A`]!.data;
    const expected = Array.from(
      parameters[name]!.data,
      (value, i) => value + 3 * (a[i % 8]! + a[8 + (i % 8)]!),
    );
    shipped[name]!.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });

  it('equals what the stages read', () => {
    const name = 'tiny.main.layer.2.attention.value.weight';
    const frozen = uploadAll(host.frozen);
    const trained = { ...uploadAll(host.trained), [`${name}.lora_B`]: tf.ones([8, 2]) };
    const merged = trainee.paramsFrom(frozen, trained)(2)[name]!;
    expect(merged.dataSync()).toEqual(trainee.ship(frozen, trained)[name]!.dataSync());
    // Other stages do not pay for this one's merge.
    expect(trainee.paramsFrom(frozen, trained)(1)[name]).toBe(frozen[name]);
  });
});

it('draws the first updates from the given generator', () => {
  const trainee = create({ parts: 'lora+head', lora });
  const [first, same, other] = [1, 1, 2].map((seed) => trainee.split(parameters, createRandom(seed)).trained);
  expect(differingNames(first!, same!)).toEqual([]);
  const differing = differingNames(first!, other!);
  expect(differing).toHaveLength(6);
  expect(differing.every((name) => name.endsWith('.lora_A'))).toBe(true);
});

it('knows the head by its stage, whatever its name', () => {
  const renamed = head.parameters.map((spec) => ({ ...spec, name: `other.${spec.name}` }));
  const trainee = createTrainee(
    { backbone, parameters: [...backbone.parameters, ...renamed] },
    { parts: 'head' },
  );
  expect(trainee.changed).toEqual(['other.classifier.weight', 'other.classifier.bias']);
});

it('refuses to train nothing: a head without parameters of its own', () => {
  const answer = tinyModel('answer');
  const own = modelUnderTest(answer.provider, answer.backbone, answer.task.head);
  let thrown: unknown;
  try {
    createTrainee({ backbone: answer.backbone, parameters: own.specs }, { parts: 'head' });
  } catch (error) {
    thrown = error;
  }
  expect(formatError(thrown as MdpdError)).toBe(
    'error NOTHING_TO_TRAIN\n  "head" names no parameter of backbone tiny_text and its head\n  fix: train more than the head: method=norm, or method.fade.train=norm+head',
  );
});
