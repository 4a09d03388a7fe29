import * as tf from '@tensorflow/tfjs-core';
import type { Method, MethodProvider, StepFunction, StepResult, TensorRecord } from '@mdpd/core';
import { labelMethods } from '@mdpd/distill/methods/label-method';
import { mdpdMethod } from '@mdpd/distill/methods/mdpd-method';
import { sideMethod } from '@mdpd/distill/methods/side-method';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { failureOf } from './check.ts';
import { describeMethod, methodChecks, type MethodSubject } from './describe-method.ts';

const side = { reductionFactor: 2, heads: 2, context: 1 };
const feature = { rank: 3 };
const lora = { rank: 2, alpha: 2 };
const small = { side, feature, unlabelled: { batchSize: 6 } };

for (const method of labelMethods) describeMethod(method, method.name === 'lora' ? { lora } : {});
describeMethod(sideMethod, { side, feature: { ...feature, mode: 'hierarchical' } });
describeMethod(mdpdMethod, { ...small, fade: { train: 'head' } });
describeMethod(mdpdMethod, { ...small, fade: { train: 'norm+head' }, duringWarmup: 'side' });
describeMethod(mdpdMethod, { ...small, fade: { train: 'norm+lora+head', lora } });

const norm: MethodProvider = labelMethods.find(({ name }) => name === 'norm')!;

/** The method `norm`, or another, changed. */
function changed(
  change: (method: Method) => Partial<Method>,
  provider: MethodProvider = norm,
  settings: object = {},
): MethodSubject {
  const create: MethodProvider['create'] = (context) => {
    const method = provider.create(context);
    return { ...method, ...change(method) };
  };
  return { provider: { ...provider, create }, settings };
}

/** Every phase with a result that is changed. */
const stepping =
  (change: (result: StepResult, ...args: Parameters<StepFunction>) => Partial<StepResult>) =>
  ({ phases }: Method): Partial<Method> => ({
    phases: Object.fromEntries(
      Object.entries(phases).map(([name, phase]) => [
        name,
        (...args: Parameters<StepFunction>) => {
          const result = phase(...args);
          return { ...result, ...change(result, ...args) };
        },
      ]),
    ),
  });

const each = (record: Readonly<TensorRecord>, fn: (tensor: tf.Tensor) => tf.Tensor): TensorRecord =>
  Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, fn(tensor)]));

const mdpd = { ...small, fade: { train: 'norm+head' } };

interface Case {
  readonly check: string;
  readonly says: string;
  readonly subject: MethodSubject;
}

const broken: Record<string, Case> = {
  'a setting without a default': {
    check: 'has settings',
    says: 'settings without a default: rank',
    subject: {
      provider: { ...norm, settings: z.strictObject({ rank: z.int().describe('rank') }) as never },
      settings: {},
    },
  },
  'a setting without a description': {
    check: 'has settings',
    says: 'the setting rank has no description',
    subject: {
      provider: { ...norm, settings: z.strictObject({ rank: z.int().default(1) }) as never },
      settings: {},
    },
  },
  'settings that take anything': {
    check: 'has settings',
    says: 'the settings take unknown keys',
    subject: { provider: { ...norm, settings: z.looseObject({}) as never }, settings: {} },
  },
  'scalars that come and go': {
    check: 'has the same scalars',
    says: 'step 1 has other scalars than step 0',
    subject: changed(({ scalars }) => ({
      scalars: (step) => ({ ...scalars(step), ...(step === 1 ? { x: 1 } : {}) }),
    })),
  },
  'noise that is not reproducible': {
    check: 'has the same scalars',
    says: 'the noise mask of step 0 is not the same twice',
    subject: changed(() => ({
      noise: () => ({ mask: { data: Float32Array.of(Math.random()), shape: [1], dtype: 'float32' } }),
    })),
  },
  'noise that never changes': {
    check: 'has the same scalars',
    says: 'all steps have the same noise',
    subject: changed(() => ({
      noise: () => ({ mask: { data: Float32Array.of(1), shape: [1], dtype: 'float32' } }),
    })),
  },
  'a phase that is not there': {
    check: 'has phases',
    says: 'step 0 is of phase warmup, which is not there',
    subject: changed(() => ({ phase: () => 'warmup' })),
  },
  'a step that reads values': {
    check: 'has phases',
    says: 'reads the values of a tensor',
    subject: changed(
      stepping(({ loss }) => {
        loss.dataSync();
        return {};
      }),
    ),
  },
  'a step that is random': {
    check: 'has phases',
    says: 'phase train gives another result when it is run again',
    subject: changed(
      stepping(({ state }) => ({
        state: {
          ...state,
          trained: each(state.trained!, (t) => tf.add(t, tf.randomNormal(t.shape, 0, 0.01))),
        },
      })),
    ),
  },
  'a step that remembers the step before': {
    check: 'has phases',
    says: 'phase train gives another result when it is run again',
    subject: (() => {
      let count = 0;
      return changed(stepping(({ loss }) => ({ loss: tf.add(loss, count++) as tf.Scalar })));
    })(),
  },
  'a start that ignores its generator': {
    check: 'trains to the same bytes',
    says: 'the same seed gives another',
    subject: changed(({ initialize }) => ({
      initialize: (parameters, random) => {
        const state = initialize(parameters, random);
        const noisy = Object.entries(state.trained).map(([name, tensor]) => [
          name,
          { ...tensor, data: Float32Array.from(tensor.data, (value) => value + 0.01 * Math.random()) },
        ]);
        return { ...state, trained: Object.fromEntries(noisy) as typeof state.trained };
      },
    })),
  },
  'a method that does not depend on its seed': {
    check: 'trains to the same bytes',
    says: 'another seed gives the same values',
    subject: changed(stepping(() => ({ state: {} }))),
  },
  'a method that does not learn': {
    check: 'learns',
    says: 'taskLoss does not fall in thirty steps',
    subject: changed(
      stepping((_result, { trained }) => ({ state: { trained: each(trained, (t) => tf.mul(t, 1.02)) } })),
    ),
  },
  'a side network that does not learn': {
    check: 'learns',
    says: 'sideLoss does not fall in thirty steps',
    subject: changed(
      stepping(({ state }, before) => ({
        state: { ...state, side: each(before.side, (t) => tf.mul(t, 1.05)) },
      })),
      mdpdMethod,
      mdpd,
    ),
  },
  'recompute that is another method': {
    check: 'with and without recompute',
    says: 'recompute changes the gradient of',
    subject: {
      provider: {
        ...norm,
        create: (context) => {
          const { recompute } = context.settings as { recompute: boolean };
          const { optimization } = context;
          return norm.create({
            ...context,
            optimization: { ...optimization, labelSmoothing: recompute ? 0.1 : 0 },
          });
        },
      },
      settings: {},
    },
  },
  'a start from another model': {
    check: 'starts by seed',
    says: 'ships another model than it was given before any step',
    subject: changed(({ ship }) => ({ ship: (state) => each(ship(state), (t) => tf.mul(t, 1.5)) })),
  },
  'a tensor in two parts': {
    check: 'starts by seed',
    says: 'has tiny.main.layer.0.norm_before.weight in two parts of its state',
    subject: changed(({ initialize }) => ({
      initialize: (parameters, random) => ({ ...initialize(parameters, random), frozen: parameters }),
    })),
  },
  'a parameter that is lost': {
    check: 'starts by seed',
    says: 'lost tiny.main.embeddings.projection.weight',
    subject: changed(({ initialize }) => ({
      initialize: (parameters, random) => ({ ...initialize(parameters, random), frozen: {} }),
    })),
  },
  'a head that fades': {
    check: 'starts by seed',
    says: 'has classifier.weight, which ships, among what is thrown away',
    subject: changed(({ initialize }) => ({
      initialize: (parameters, random) => {
        const { trained, ...rest } = initialize(parameters, random);
        const { 'classifier.weight': weight, ...others } = trained;
        return { ...rest, trained: others, side: { 'classifier.weight': weight! } };
      },
    })),
  },
  'a step that leaks': {
    check: 'takes steps',
    says: 'step 0 leaves 1 tensors behind',
    subject: changed(
      stepping(() => {
        tf.keep(tf.scalar(1));
        return {};
      }),
    ),
  },
  'a state that grows': {
    check: 'takes steps',
    says: 'step 0 changes the names of the state',
    subject: changed(
      stepping(({ state }) => ({
        state: { ...state, optimizer: { ...state.optimizer, extra: tf.scalar(1) } },
      })),
    ),
  },
  'a loss that is not finite': {
    check: 'takes steps',
    says: 'step 0 has loss NaN',
    subject: changed(stepping(({ loss }) => ({ loss: tf.div(tf.mul(loss, 0), 0) as tf.Scalar }))),
  },
  'a frozen tensor that drifts': {
    check: 'never touches frozen',
    says: 'replaces the frozen tiny.main.embeddings.projection.weight',
    subject: changed(
      stepping(({ state }, { frozen }) => ({
        state: { ...state, frozen: each(frozen, (t) => tf.mul(t, 0.999)) },
      })),
    ),
  },
  'a low-rank update that ships': {
    check: 'ships exactly',
    says: 'ships tiny.main.layer.0.norm_before.weight.lora_A, which is neither of backbone nor of head',
    subject: changed(({ ship }) => ({
      ship: (state) => ({ ...ship(state), 'tiny.main.layer.0.norm_before.weight.lora_A': tf.scalar(1) }),
    })),
  },
  'a parameter that does not ship': {
    check: 'ships exactly',
    says: 'does not ship classifier.bias',
    subject: changed(({ ship }) => ({
      ship: (state) => {
        const { 'classifier.bias': _without, ...rest } = ship(state);
        return rest;
      },
    })),
  },
  'a side tensor under the name of a parameter': {
    check: 'ships exactly',
    says: 'ships classifier.bias, which is of the side network',
    subject: changed(
      ({ ship }) => ({
        ship: (state) => ({ ...ship(state), 'classifier.bias': state.side['side.head.bias']! }),
      }),
      mdpdMethod,
      mdpd,
    ),
  },
  'a parameter of another shape': {
    check: 'ships exactly',
    says: 'ships classifier.bias as [3, 1] instead of [3]',
    subject: changed(({ ship }) => ({
      ship: (state) => ({ ...ship(state), 'classifier.bias': tf.ones([3, 1]) }),
    })),
  },
  'a parameter that is trained in secret': {
    check: 'changes the parameters',
    says: 'changes tiny.main.layer.0.norm_before.weight, which it does not say',
    subject: changed(() => ({ trainedParameters: ['classifier.weight', 'classifier.bias'] })),
  },
  'parameters that are not trained as it says': {
    check: 'changes the parameters',
    says: 'parameters that it says it trains',
    subject: {
      provider: {
        ...norm,
        create: (context) => ({
          ...norm.create(context),
          trainedParameters: context.parameters.map(({ name }) => name),
        }),
      },
      settings: {},
    },
  },
  'an output that depends on the side network': {
    check: 'computes on path faded',
    says: 'path faded depends on the side network',
    subject: changed(
      ({ forward, ship }) => {
        // Ships what it computes, so that only the side network gives it away.
        const leak = (state: Parameters<typeof ship>[0]): ReturnType<typeof ship> => {
          const params = ship(state);
          return {
            ...params,
            'classifier.bias': tf.add(params['classifier.bias']!, state.side['side.head.bias']!),
          };
        };
        return {
          ship: leak,
          forward: (path, state, input) =>
            path === 'side'
              ? forward(path, state, input)
              : forward(
                  path,
                  {
                    ...state,
                    trained: { ...state.trained, 'classifier.bias': leak(state)['classifier.bias']! },
                  },
                  input,
                ),
        };
      },
      mdpdMethod,
      mdpd,
    ),
  },
  'an output that is not what ships': {
    check: 'computes on path faded',
    says: 'path faded does not compute what ships',
    subject: changed(({ forward }) => ({ forward: (...args) => tf.mul(forward(...args), 1.1) })),
  },
};

describe('the kit finds', () => {
  beforeAll(() => useBackend('cpu'));

  it.each(Object.entries(broken))('%s', async (_name, { check: start, says, subject }) => {
    const check = methodChecks.find(({ name }) => name.includes(start))!;
    expect(await failureOf(() => check.run(subject))).toContain(says);
  });

  it('something with every check', () => {
    const used = new Set(
      Object.values(broken).map(({ check }) => methodChecks.find(({ name }) => name.includes(check))),
    );
    expect(methodChecks.filter((check) => !used.has(check)).map(({ name }) => name)).toEqual([]);
  });
});
