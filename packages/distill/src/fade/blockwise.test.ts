import * as tf from '@tensorflow/tfjs-core';
import type { Backbone } from '@mdpd/core';
import { useBackend, type PortableBackend } from '@mdpd/tensor/backend';
import { tinyBackbone, tinyProvider } from '@mdpd/testing/fixtures/tiny-backbone';
import type { TinyConfig } from '@mdpd/testing/fixtures/tiny-config';
import { tinyModel, type TinyModelName } from '@mdpd/testing/fixtures/tiny-models';
import { compareGradients, curvedLoss } from '@mdpd/testing/gradient-comparison';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainParams, runStates } from '../forward.ts';
import type { TrainedParts } from '../methods/trainee.ts';
import { blockwiseGradients } from './blockwise.ts';

const shapes: [string, Partial<TinyConfig>][] = [
  ['one stream', { blocks: 3, width: 8, heads: 2, tokens: 5 }],
  ['one stream, wider', { blocks: 2, width: 24, heads: 4, tokens: 17 }],
  ['one stream, one block, one head', { blocks: 1, width: 6, heads: 1, tokens: 3 }],
  ['two streams', { streams: 2, blocks: 3, width: 8, heads: 2, tokens: 5 }],
  ['two streams in turns', { streams: 2, alternate: true, blocks: 4, width: 12, heads: 3, tokens: 4 }],
  [
    'two streams in turns, the first one last',
    { streams: 2, alternate: true, blocks: 3, width: 8, tokens: 4 },
  ],
];
const lora = { rank: 3, alpha: 6, targets: '.' };

describe.each<PortableBackend>(['cpu', 'wasm'])('blockwiseGradients on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each(shapes)('%s', (_name, config) => {
    const model = modelUnderTest(tinyProvider, tinyBackbone(config), { batch: 3, outputs: 4 });

    it.each<[TrainedParts, 'all' | number]>([
      ['head', 'all'],
      ['norm+head', 'all'],
      ['norm+head', 1],
      ['lora+head', 'all'],
      ['norm+lora+head', 'all'],
      ['norm+lora+head', 1],
    ])('equals plain differentiation: %s, blocks %s', (parts, blocks) => {
      const comparison = compareGradients(model, { parts, blocks, lora });
      expect(comparison.loss).toBeLessThan(1e-6);
      expect(comparison.vanished).toEqual([]);
      for (const difference of Object.values(comparison.byName)) expect(difference).toBeLessThanOrEqual(1e-5);
    });

    it.each([
      ['two at a time', 2],
      ['one by one', 3],
    ])('equals plain differentiation: %s', (_parts, parts) => {
      const comparison = compareGradients(model, { parts: 'norm+lora+head', lora }, { bytes: 1, parts });
      expect(comparison.loss).toBeLessThan(1e-6);
      expect(comparison.vanished).toEqual([]);
      for (const difference of Object.values(comparison.byName)) expect(difference).toBeLessThanOrEqual(1e-5);
    });

    // The gradient of the keys' shift is rounding noise, so that a tensor of its own is no scale to measure by.
    it.each<TrainedParts>(['bias+head', 'full'])('equals plain differentiation: %s', (parts) => {
      const comparison = compareGradients(model, { parts });
      expect(comparison.overall).toBeLessThanOrEqual(1e-6);
      expect(Object.keys(comparison.byName).length).toBeGreaterThan(10);
    });
  });
});

/** Parameters that are read before the blocks and, by way of the state, in all of them; or before and after them. */
describe.each<PortableBackend>(['cpu', 'wasm'])('blockwiseGradients of language on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  describe.each<TinyModelName>(['text', 'words', 'pair', 'answer'])('%s', (name) => {
    const { provider, backbone, task } = tinyModel(name, { width: 12 });
    const model = modelUnderTest(provider, backbone, { ...task.head, batch: 3 });

    it.each<[TrainedParts, 'all' | number]>([
      ['norm+head', 'all'],
      ['norm+lora+head', 'all'],
      ['norm+lora+head', 1],
      ['full', 'all'],
    ])('equals plain differentiation: %s, blocks %s', (parts, blocks) => {
      const comparison = compareGradients(model, { parts, blocks, lora });
      expect(comparison.loss).toBeLessThan(1e-6);
      expect(comparison.overall).toBeLessThanOrEqual(1e-6);
    });
  });

  // What is carried is read in all blocks, whose gradients are not divided then.
  it.each<TrainedParts>(['norm+lora+head', 'full'])('equals plain differentiation in parts: %s', (parts) => {
    for (const name of ['text', 'answer'] as const) {
      const { provider, backbone, task } = tinyModel(name, { width: 12 });
      const model = modelUnderTest(provider, backbone, { ...task.head, batch: 3 });
      const { overall } = compareGradients(model, { parts, lora }, { bytes: 1, parts: 2 });
      expect(overall).toBeLessThanOrEqual(1e-6);
    }
  });

  it('adds up what carried tables and tied words get in every place', () => {
    const { provider, backbone, task } = tinyModel('answer');
    const model = modelUnderTest(provider, backbone, task.head);
    const { byName } = compareGradients(model, { parts: 'full' });
    for (const table of ['words', 'encoder.distances', 'decoder.distances']) {
      expect(byName[`tiny_text.${table}.weight`]).toBeLessThanOrEqual(1e-5);
    }
    // Without being declared, their gradients are those of one place alone.
    const { carried: _carried, ...silent } = backbone;
    const { tied: _tied, ...own } = model.head;
    const lost = compareGradients({ ...model, backbone: silent, head: own }, { parts: 'full' }).byName;
    expect(lost['tiny_text.encoder.distances.weight']).toBeGreaterThan(0.5);
    expect(lost['tiny_text.words.weight']).toBeGreaterThan(0.01);
  });
});

describe('blockwiseGradients', () => {
  beforeAll(() => useBackend('cpu'));

  /** Gradients of every norm and the head with plain parameters, for a variant of a backbone. */
  function gradientsOf(backbone: Backbone, trainedNames: (name: string) => boolean) {
    const model = modelUnderTest(tinyProvider, backbone);
    const [params, input] = [uploadAll(model.parameters), uploadAll(model.input)];
    const trained = Object.fromEntries(Object.entries(params).filter(([name]) => trainedNames(name)));
    const stages = new Map(model.specs.map(({ name, stage }) => [name, stage]));
    return blockwiseGradients({
      backbone,
      head: model.head,
      input,
      trained,
      paramsFrom: (given) => plainParams({ ...params, ...given }),
      stageOf: (name) => stages.get(name)!,
      states: runStates(backbone, plainParams(params), input),
      loss: curvedLoss,
    });
  }

  const isNorm = (name: string): boolean => name.includes('norm');

  it('runs no block again below the lowest one that is trained, and none for the head alone', () => {
    const runs: number[] = [];
    const backbone = tinyBackbone({ blocks: 4 });
    const counting: Backbone = {
      ...backbone,
      block: (params, index, state) => {
        runs.push(index);
        return backbone.block(params, index, state);
      },
    };
    gradientsOf(counting, (name) => name.startsWith('classifier'));
    expect(runs).toEqual([0, 1, 2, 3]);
    runs.length = 0;
    gradientsOf(counting, (name) => name.includes('layer.2.norm') || name.startsWith('classifier'));
    expect(runs).toEqual([0, 1, 2, 3, 3, 2]);
    runs.length = 0;
    gradientsOf(counting, (name) => name.includes('embeddings'));
    expect(runs).toEqual([0, 1, 2, 3, 3, 2, 1, 0]);
  });

  it('gives zeros to what the head does not read', () => {
    const backbone = tinyBackbone({ streams: 2, alternate: true, blocks: 3 });
    const oneSided: Backbone = { ...backbone, pool: (_params, finished) => tf.mean(finished['left']!, 1) };
    const { grads } = gradientsOf(oneSided, isNorm);
    const still = Object.entries(grads)
      .filter(([, gradient]) => gradient.dataSync().every((value) => value === 0))
      .map(([name]) => name);
    // Block 1 changes the right stream alone, and only the left one is read.
    expect(still.sort()).toEqual([
      'tiny.right.layer.1.norm_after.bias',
      'tiny.right.layer.1.norm_after.weight',
      'tiny.right.layer.1.norm_before.bias',
      'tiny.right.layer.1.norm_before.weight',
      'tiny.right.norm.bias',
      'tiny.right.norm.weight',
    ]);
  });

  it('hands back the loss and what was asked for of the same pass', () => {
    const backbone = tinyBackbone();
    const { loss, aux } = gradientsOf(backbone, isNorm);
    expect(aux['logits']!.shape).toEqual([3, 4]);
    expect(loss.dataSync()).toEqual(curvedLoss(aux['logits']!).loss.dataSync());
  });

  it.each([undefined, { bytes: 1, parts: 2 }])('leaves nothing behind but its results: %j', (limits) => {
    const backbone = tinyBackbone({ blocks: 3 });
    const model = modelUnderTest(tinyProvider, backbone);
    const [params, input] = [uploadAll(model.parameters), uploadAll(model.input)];
    const states = runStates(backbone, plainParams(params), input);
    const bytes = states.map((state) => Array.from(state['main']!.dataSync()));
    const stages = new Map(model.specs.map(({ name, stage }) => [name, stage]));
    const before = tf.memory().numTensors;
    const { loss, aux, grads } = blockwiseGradients({
      backbone,
      head: model.head,
      input,
      trained: params,
      paramsFrom: (given) => plainParams(given),
      stageOf: (name) => stages.get(name)!,
      states,
      loss: curvedLoss,
      ...(limits ? { limits } : {}),
    });
    expect(tf.memory().numTensors - before).toBe(1 + Object.keys(aux).length + Object.keys(grads).length);
    expect(Object.keys(grads).sort()).toEqual(Object.keys(params).sort());
    expect(states.map((state) => Array.from(state['main']!.dataSync()))).toEqual(bytes);
    tf.dispose([loss, aux, grads]);
  });
});
