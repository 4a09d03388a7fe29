import * as tf from '@tensorflow/tfjs-core';
import { mdpdMethod } from '@mdpd/distill/methods/mdpd-method';
import { describeFindings } from '../findings.ts';
import { stateChecks } from './state-checks.ts';
import { changed, each, mdpd, norm, stepping } from './variants.ts';

describeFindings('checks of state', stateChecks, {
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
  'first values that do not depend on the seed alone': {
    check: 'starts by seed',
    says: 'starts with other values in side from the same seed',
    subject: changed(({ initialize }) => ({
      initialize: (parameters, random) => ({
        ...initialize(parameters, random),
        side: { noise: { data: Float32Array.of(Math.random()), shape: [1], dtype: 'float32' } },
      }),
    })),
  },
  'no path': {
    check: 'computes on path',
    says: 'has no path',
    subject: changed(() => ({ paths: [] })),
  },
  'a path without numbers': {
    check: 'computes on path',
    says: 'path faded gives values that are not finite',
    subject: changed(({ forward }) => ({ forward: (...args) => tf.div(tf.mul(forward(...args), 0), 0) })),
  },
  'a state whose shapes change': {
    check: 'takes steps',
    says: 'steps change the shapes of the state',
    subject: (() => {
      let steps = 0;
      return changed(
        stepping(({ state }) => {
          // The last of the check's twelve steps: the one after it would not be defined.
          if (++steps < 12) return {};
          return { state: { ...state, trained: each(state.trained!, (t) => tf.expandDims(t)) } };
        }),
      );
    })(),
  },
  'a frozen tensor that is freed': {
    check: 'never touches frozen',
    says: 'frees the frozen tiny.main.embeddings.projection.weight',
    subject: (() => {
      let steps = 0;
      return changed(
        stepping((_result, { frozen }) => {
          // The last of the check's four steps: one before it would find out.
          if (++steps === 4) frozen['tiny.main.embeddings.projection.weight']!.dispose();
          return {};
        }),
      );
    })(),
  },
  'a frozen tensor that is written into': {
    check: 'never touches frozen',
    says: 'changes the frozen tiny.main.embeddings.projection.weight',
    subject: changed(
      stepping((_result, { frozen }) => {
        // The cpu backend hands out the values themselves.
        frozen['tiny.main.embeddings.projection.weight']!.dataSync()[0]! += 1;
        return {};
      }),
    ),
  },
});
