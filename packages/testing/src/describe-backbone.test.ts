import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, BackboneProvider, JsonObject, Params, State } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { withGradient } from '@mdpd/tensor/with-gradient';
import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from './check.ts';
import { backboneChecks, describeBackbone, type BackboneSubject } from './describe-backbone.ts';
import { tinyProvider } from './fixtures/tiny-backbone.ts';

const good: BackboneSubject = {
  provider: tinyProvider,
  configs: [
    { model_type: 'tiny', blocks: 2, tokens: 4 },
    { model_type: 'tiny', streams: 2, blocks: 2, width: 12, heads: 3, tokens: 3 },
    { model_type: 'tiny', streams: 2, alternate: true, blocks: 3, width: 4, heads: 1, tokens: 3 },
  ],
  broken: [
    {
      config: { width: 0 },
      text: 'error BACKBONE_CONFIG at config.json\n  width is 0\n  allowed: an integer from 1 to 1024',
    },
    {
      config: { heads: 3 },
      text: 'error BACKBONE_CONFIG at config.json\n  heads is 3\n  allowed: a divisor of width 8',
    },
  ],
};

describeBackbone('tiny', () => good);

/** The good subject with a provider whose backbones are changed. */
function changed(change: (backbone: Backbone) => Partial<Backbone>): BackboneSubject {
  const create = (config: JsonObject): Backbone => {
    const backbone = tinyProvider.create(config);
    return { ...backbone, ...change(backbone) };
  };
  return { ...good, provider: { ...tinyProvider, create } };
}

const provided = (parts: Partial<BackboneProvider>): BackboneSubject => ({
  ...good,
  provider: { ...tinyProvider, ...parts },
});

const first = (state: State): string => Object.keys(state)[0]!;
const mapFirst = (state: State, fn: (x: tf.Tensor) => tf.Tensor): State => ({
  ...state,
  [first(state)]: fn(state[first(state)]!),
});

/** The right value, and a gradient that is off by a tenth. */
const skewed = (x: tf.Tensor): tf.Tensor =>
  withGradient(
    { x },
    () => tf.clone(x),
    (dy) => ({ x: () => tf.mul(dy, 1.1) }),
  );

let stored: tf.Tensor | undefined;

interface Case {
  readonly check: string;
  readonly says: string;
  readonly subject: BackboneSubject;
}

const broken: Record<string, Case> = {
  'a parameter that is listed twice': {
    check: 'lists parameters',
    says: 'the parameter tiny.main.embeddings.projection.weight is listed twice',
    subject: changed(({ parameters }) => ({ parameters: [...parameters, parameters[0]!] })),
  },
  'a stage that is not there': {
    check: 'lists parameters',
    says: 'tiny.main.norm.bias has stage 7',
    subject: changed(({ parameters }) => ({
      parameters: parameters.map((spec) =>
        spec.name === 'tiny.main.norm.bias' ? { ...spec, stage: 7 } : spec,
      ),
    })),
  },
  'a matrix that is called a norm': {
    check: 'lists parameters',
    says: 'tiny.main.embeddings.projection.weight is called a norm, but has 2 axes',
    subject: changed(({ parameters }) => ({
      parameters: parameters.map((spec, index) => (index === 0 ? { ...spec, kind: 'norm' as const } : spec)),
    })),
  },
  'no head': {
    check: 'lists parameters',
    says: 'has no head for classification',
    subject: changed(() => ({ head: () => undefined })),
  },
  'a stream of another width': {
    check: 'gives every state',
    says: 'embed: stream main has shape [3, 4, 8] instead of [3, 4, 16]',
    subject: changed(({ streams }) => ({
      streams: { ...streams, main: { ...Object.values(streams)[0]!, width: 16 } },
    })),
  },
  'a block that drops a constant': {
    check: 'gives every state',
    says: 'block 0 has the entries main instead of main, main_bias',
    subject: changed(({ block }) => ({
      block: (...args) =>
        Object.fromEntries(Object.entries(block(...args)).filter(([name]) => !name.endsWith('bias'))),
    })),
  },
  'a block that changes a constant': {
    check: 'gives every state',
    says: 'block 0 changes the constant main_bias',
    subject: changed(({ block }) => ({
      block: (...args) => {
        const state = block(...args);
        return 'main_bias' in state ? { ...state, main_bias: tf.mul(state['main_bias']!, 2) } : state;
      },
    })),
  },
  'attention that does not add up': {
    check: 'shows attention',
    says: 'attention of block 0 does not add up to 1 for every query',
    subject: changed(({ attention }) => ({
      attention: (...args) =>
        Object.fromEntries(
          Object.entries(attention!(...args)).map(([name, map]) => [name, tf.mul(map, 0.9)]),
        ),
    })),
  },
  'a stream whose attention is never shown': {
    check: 'shows attention',
    says: 'no block shows attention of stream main',
    subject: changed(() => ({ attention: () => ({}) })),
  },
  'raw tokens that ignore their context': {
    check: 'shows raw tokens',
    says: 'rawTokens of main does not widen with its context',
    subject: changed(({ rawTokens }) => ({ rawTokens: (input) => rawTokens!(input, 0) })),
  },
  'a grid without channels': {
    check: 'as a grid',
    says: 'rawGrid of main has 3 axes instead of 4',
    subject: changed(({ rawGrid }) => ({
      rawGrid: (input) =>
        Object.fromEntries(
          Object.entries(rawGrid!(input)).map(([name, grid]) => [name, tf.squeeze(grid, [3])]),
        ),
    })),
  },
  'a block that reads the parameters of another': {
    check: 'reads in every stage',
    says: 'block 0 reads tiny.main.layer.1.norm_before.weight, whose stage is block 1',
    subject: changed(({ block }) => ({
      block: (params, index, state) =>
        mapFirst(block(params, index, state), (x) =>
          tf.mul(x, params['tiny.main.layer.1.norm_before.weight']!),
        ),
    })),
  },
  'a stage that goes through all parameters': {
    check: 'reads in every stage',
    says: 'embed goes through all parameters',
    subject: changed(({ embed }) => ({ embed: (params: Params, input) => embed({ ...params }, input) })),
  },
  'a parameter that nothing reads': {
    check: 'reads in every stage',
    says: 'no stage reads tiny.unused',
    subject: changed(({ parameters }) => ({
      parameters: [...parameters, { name: 'tiny.unused', shape: [1], kind: 'bias', stage: 'embed' }],
    })),
  },
  'a model that is not the same twice': {
    check: 'gives the same bytes again',
    says: 'gives other logits when it is run again',
    subject: changed(({ pool }) => ({
      pool: (...args) => {
        const pooled = pool(...args);
        return tf.add(pooled, tf.randomNormal(pooled.shape, 0, 0.001));
      },
    })),
  },
  'a model that frees its input': {
    check: 'gives the same bytes again',
    says: 'frees tiny.main.embeddings.projection.weight, which is not its own',
    subject: changed(({ pool, parameters }) => ({
      pool: (params, finished) => {
        params[parameters[0]!.name]!.dispose();
        return pool(params, finished);
      },
    })),
  },
  'a norm over the batch': {
    check: 'treats every example',
    says: 'lets examples of a batch influence each other',
    subject: changed(({ embed }) => ({
      embed: (params, input) => mapFirst(embed(params, input), (x) => tf.sub(x, tf.slice(x, 0, 1))),
    })),
  },
  'a model that reads values': {
    check: 'never reads',
    says: 'reads the values of a tensor',
    subject: changed(({ pool }) => ({
      pool: (params, finished) => {
        const pooled = pool(params, finished);
        return pooled.dataSync()[0]! > 0 ? pooled : tf.neg(pooled);
      },
    })),
  },
  'a model that keeps a tensor': {
    check: 'leaves no tensor',
    says: 'leaves 1 tensors behind',
    subject: changed(({ pool }) => ({
      pool: (params, finished) => {
        stored ??= tf.keep(tf.scalar(2));
        return tf.mul(pool(params, finished), stored);
      },
    })),
  },
  'a wrong gradient': {
    check: 'finite differences',
    says: 'the gradient of tiny.main.embeddings.projection.weight',
    subject: changed(({ embed }) => ({
      embed: (params, input) => mapFirst(embed(params, input), skewed),
    })),
  },
  'a constant that depends on parameters': {
    check: 'block by block: every parameter',
    says: 'block by block, gradients of all parameters differ by',
    subject: changed(({ embed }) => ({
      embed: (params, input) => {
        const state = embed(params, input);
        const bias = Object.keys(state).find((name) => name.endsWith('_bias'))!;
        const positions = params[`tiny.${bias.slice(0, -'_bias'.length)}.embeddings.positions`]!;
        return {
          ...state,
          [bias]: tf.add(state[bias]!, tf.reshape(tf.slice(positions, [0, 0, 0], [1, -1, 1]), [1, 1, 1, -1])),
        };
      },
    })),
  },
  'a block with dropout': {
    check: 'block by block: norms',
    says: 'block by block, the gradient of',
    subject: changed(({ block }) => ({
      block: (params, index, state) =>
        mapFirst(block(params, index, state), (x) => tf.mul(x, tf.randomUniform(x.shape, 0.9, 1.1))),
    })),
  },
  'first values that do not depend on the seed': {
    check: 'draws first values',
    says: 'draws the same values from another seed',
    subject: provided({
      initialize: (backbone, random) =>
        tinyProvider.initialize(backbone, { ...random, fork: () => ({ ...random, normal: () => 0.5 }) }),
    }),
  },
  'first values for nothing': {
    check: 'draws first values',
    says: 'draws extra, which is not among the parameters',
    subject: provided({
      initialize: (backbone, random) => ({
        ...tinyProvider.initialize(backbone, random),
        extra: { data: new Float32Array(1), shape: [1], dtype: 'float32' },
      }),
    }),
  },
  'names that change': {
    check: 'keeps its own names',
    says: 'its own name tiny.main.embeddings.projection.weight becomes model.tiny.main.embeddings.projection.weight',
    subject: provided({ canonicalName: (name) => `model.${name}` }),
  },
  'a saved configuration that makes another model': {
    check: 'saves a configuration',
    says: 'has other parameters after being saved',
    subject: provided({
      savedConfig: (...args) => ({ ...tinyProvider.savedConfig(...args), blocks: 1 }),
    }),
  },
  'a saved configuration without labels': {
    check: 'saves a configuration',
    says: 'saves the labels ',
    subject: provided({
      savedConfig: (...args) => {
        const { id2label: _without, ...config } = tinyProvider.savedConfig(...args);
        return config;
      },
    }),
  },
  'a model type that it does not read': {
    check: 'saves a configuration',
    says: 'saves model_type "small", which it does not read',
    subject: provided({
      savedConfig: (...args) => ({ ...tinyProvider.savedConfig(...args), model_type: 'small' }),
    }),
  },
  'a saved model that computes something else': {
    check: 'the same logits after being saved',
    says: 'gives other logits after being saved and read',
    subject: provided({
      // An option that shapes nothing, and is lost.
      create: (config) => {
        const backbone = tinyProvider.create(config);
        if (!('id2label' in config)) return backbone;
        return { ...backbone, pool: (params, finished) => tf.mul(backbone.pool(params, finished), 2) };
      },
    }),
  },
  'a configuration that should be refused': {
    check: 'refuses broken',
    says: 'accepts {"blocks":2}',
    subject: { ...good, broken: [{ config: { blocks: 2 }, text: '' }] },
  },
  'another text than promised': {
    check: 'refuses broken',
    says: 'says of {"width":0}',
    subject: { ...good, broken: [{ config: { width: 0 }, text: 'error BACKBONE_CONFIG' }] },
  },
};

describe('the kit finds', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(Object.entries(broken))('%s', async (_name, { check: start, says, subject }) => {
    const check = backboneChecks.find(({ name }) => name.includes(start))!;
    stored = undefined;
    expect(await failureOf(() => check.run(subject))).toContain(says);
    stored = undefined;
  });

  it('something with every check', () => {
    const used = new Set(
      Object.values(broken).map(({ check }) => backboneChecks.find(({ name }) => name.includes(check))),
    );
    expect(backboneChecks.filter((check) => !used.has(check)).map(({ name }) => name)).toEqual([]);
  });

  it('too few configurations', async () => {
    const check = backboneChecks[0]!;
    expect(await failureOf(() => check.run({ ...good, configs: good.configs.slice(0, 2) }))).toBe(
      'give at least three configurations',
    );
  });
});
