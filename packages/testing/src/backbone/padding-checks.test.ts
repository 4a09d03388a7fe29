import * as tf from '@tensorflow/tfjs-core';
import { describeFindings } from '../findings.ts';
import { paddingChecks } from './padding-checks.ts';
import { changedText } from './variants.ts';

describeFindings('checks of padding', paddingChecks, {
  'a mask that says nothing': {
    check: 'with more padding',
    says: 'padding changes state 1 of stream text',
    subject: changedText(({ embed }) => ({
      embed: (...args) => {
        const state = embed(...args);
        return 'text_mask' in state ? { ...state, text_mask: tf.onesLike(state['text_mask']!) } : state;
      },
    })),
  },
  'positions counted from the end': {
    check: 'with more padding',
    says: 'padding changes state 0 of stream text',
    subject: changedText(({ embed }) => ({
      embed: (...args) => {
        const state = embed(...args);
        const { text } = state;
        return text ? { ...state, text: tf.add(text, text.shape[1]!) } : state;
      },
    })),
  },
  'a pooled mean that counts padding': {
    check: 'with more padding',
    says: 'padding changes logits',
    subject: changedText(({ pool }) => ({
      pool: (params, finished) => (finished['text'] ? tf.mean(finished['text'], 1) : pool(params, finished)),
    })),
  },
});
