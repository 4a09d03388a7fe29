import * as tf from '@tensorflow/tfjs-core';
import { describeFindings } from '../findings.ts';
import { shapeChecks } from './shape-checks.ts';
import { changed } from './variants.ts';

describeFindings('checks of shapes', shapeChecks, {
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
});
