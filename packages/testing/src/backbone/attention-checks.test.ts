import * as tf from '@tensorflow/tfjs-core';
import { describeFindings } from '../findings.ts';
import { attentionChecks } from './attention-checks.ts';
import { changed, changedText } from './variants.ts';

/** The same share for all tokens that `mask` [B, N] says are there, [B, H, N, N]. */
function evenly(mask: tf.Tensor, map: tf.Tensor): tf.Tensor {
  const shares = tf.div(mask, tf.sum(mask, 1, true));
  return tf.add(tf.zerosLike(map), tf.reshape(shares, [mask.shape[0]!, 1, 1, mask.shape[1]!]));
}

describeFindings('checks of attention', attentionChecks, {
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
  'attention to padding': {
    check: 'shows attention',
    says: 'attention of block 0 looks at padding',
    subject: changedText(({ attention }) => ({
      attention: (params, index, state) =>
        attention!(
          params,
          index,
          'text_mask' in state ? { ...state, text_mask: tf.onesLike(state['text_mask']!) } : state,
        ),
    })),
  },
  'attention to the future': {
    check: 'shows attention',
    says: 'attention of block 1 looks ahead, although the stream is causal',
    subject: changedText(({ attention }) => ({
      attention: (params, index, state) =>
        Object.fromEntries(
          Object.entries(attention!(params, index, state)).map(([stream, map]) => [
            stream,
            evenly(state[`${stream}_mask`]!, map),
          ]),
        ),
    })),
  },
  'attention below nothing': {
    check: 'shows attention',
    says: 'attention of block 0 has values below 0',
    subject: changed(({ attention }) => ({
      attention: (...args) =>
        Object.fromEntries(
          Object.entries(attention!(...args)).map(([name, map]) => [name, tf.sub(map, 0.9)]),
        ),
    })),
  },
  'attention of nothing': {
    check: 'shows attention',
    says: 'attention of block 0 names the unknown stream elsewhere',
    subject: changed(({ attention }) => ({
      attention: (...args) => ({ elsewhere: Object.values(attention!(...args))[0]! }),
    })),
  },
});
