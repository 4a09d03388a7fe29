import * as tf from '@tensorflow/tfjs-core';
import { mdpdMethod } from '@mdpd/distill/methods/mdpd-method';
import { z } from 'zod';
import { describeFindings } from '../findings.ts';
import { trainingChecks } from './training-checks.ts';
import { changed, each, mdpd, norm, stepping } from './variants.ts';

/** The cpu backend hands out the values themselves; steps must not read any, so a phase has to go behind tfjs's back. */
const overwrite = (tensor: tf.Tensor): void => {
  const { values } = (
    tf.backend() as unknown as { data: { get(id: object): { values: Float32Array } } }
  ).data.get(tensor.dataId);
  values[0]! += 1;
};

describeFindings('checks of training', trainingChecks, {
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
  'a step with an operation that the compiler does not know': {
    check: 'can be compiled',
    says: 'phase train cannot be compiled: the compiler has no operator for the tfjs kernel Atan',
    subject: changed(
      stepping(({ loss }) => ({ loss: tf.add(loss, tf.atan(tf.zerosLike(loss))) as tf.Scalar })),
    ),
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
  'a scalar that is no number': {
    check: 'has the same scalars',
    says: 'step 2 has a scalar that is not finite',
    subject: changed(({ scalars }) => ({
      scalars: (step) => ({ ...scalars(step), x: step === 2 ? NaN : 1 }),
    })),
  },
  'noise of another shape': {
    check: 'has the same scalars',
    says: 'step 1 has other noise than step 0',
    subject: changed(() => ({
      noise: (step) => ({ mask: { data: new Float32Array(1 + step), shape: [1 + step], dtype: 'float32' } }),
    })),
  },
  'losses that are not reproducible': {
    check: 'trains to the same bytes',
    says: 'the same seed gives other losses',
    subject: changed(stepping(({ loss }) => ({ loss: tf.add(loss, Math.random()) as tf.Scalar }))),
  },
  'a phase that changes what it was given': {
    check: 'has phases',
    says: 'phase train changes the state that it was given',
    subject: (() => {
      let calls = 0;
      return changed(
        stepping((_result, { trained }) => {
          // After twelve steps and two runs from one state: the second result must not show it.
          if (++calls === 14) overwrite(trained['classifier.bias']!);
          return {};
        }),
      );
    })(),
  },
});
