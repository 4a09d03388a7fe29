import * as tf from '@tensorflow/tfjs-core';
import { describeFindings } from '../findings.ts';
import { gradientChecks } from './gradient-checks.ts';
import { changed, changedText, first, mapFirst, skewed } from './variants.ts';

describeFindings('checks of gradients', gradientChecks, {
  'a wrong gradient': {
    check: 'finite differences',
    says: 'the gradient of tiny.main.embeddings.projection.weight',
    subject: changed(({ embed }) => ({
      embed: (params, input) => mapFirst(embed(params, input), skewed),
    })),
  },
  'a head over tokens with a wrong gradient': {
    check: 'finite differences',
    says: 'the gradient of tiny_text.',
    subject: changedText(({ head }) => ({
      head: (kind, outputs) => {
        const made = head(kind, outputs);
        return made?.stream ? { ...made, apply: (...args) => skewed(made.apply(...args)) } : made;
      },
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
  'a block in which examples meet': {
    check: 'some examples at a time',
    says: 'some examples at a time, gradients differ by',
    subject: changed(({ block }) => ({
      block: (params, index, state) =>
        mapFirst(block(params, index, state), (x) => tf.add(x, tf.mul(0.1, tf.mean(x, 0, true)))),
    })),
  },
  'a parameter that nothing reads': {
    check: 'finite differences',
    says: 'has no gradient at all',
    subject: changed(({ head }) => ({
      head: (kind, outputs) => {
        const made = head(kind, outputs);
        return made && { ...made, apply: (...args) => tf.zerosLike(made.apply(...args)) };
      },
    })),
  },
  'a block that passes its result on behind the back of the state': {
    check: 'block by block: norms',
    says: 'has a gradient only on one side',
    subject: changed(({ block }) => {
      let hidden: tf.Tensor | undefined;
      return {
        block: (params, index, state) => {
          const result = block(params, index, state);
          if (index > 0) return mapFirst(result, (x) => tf.add(x, hidden!));
          hidden = tf.keep(tf.clone(result[first(result)]!));
          return state;
        },
      };
    }),
  },
});
