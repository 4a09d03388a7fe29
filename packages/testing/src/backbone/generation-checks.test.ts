import * as tf from '@tensorflow/tfjs-core';
import type { Generation } from '@mdpd/core';
import { describeFindings } from '../findings.ts';
import { generationChecks } from './generation-checks.ts';
import type { BackboneSubject } from './subject.ts';
import { changedText } from './variants.ts';

type Step = ReturnType<Generation['step']>;

const generating = (change: (generation: Generation) => Partial<Generation>): BackboneSubject =>
  changedText(({ generation }) =>
    generation ? { generation: { ...generation, ...change(generation) } } : {},
  );

const stepping = (change: (step: Step, position: tf.Tensor) => Step): BackboneSubject =>
  generating(({ step }) => ({ step: (...args) => change(step(...args), args[4]) }));

describeFindings('checks of answers', generationChecks, {
  'an end that is no word': {
    check: 'names the tokens',
    says: 'ends[1] is 7, which is no word',
    subject: generating(() => ({ ends: [1, 7] })),
  },
  'answers without an end': {
    check: 'names the tokens',
    says: 'answers have no end',
    subject: generating(() => ({ ends: [] })),
  },
  'an input that is not there': {
    check: 'names the tokens',
    says: 'answers go in as labels, which is no input',
    subject: generating(({ answer }) => ({ answer: { ...answer, ids: 'labels' } })),
  },
  'a step that forgets what was before': {
    check: 'step by step the logits',
    says: 'the logits of step 1 differ from those of the whole',
    subject: stepping(({ logits, cache }) => ({
      logits,
      cache: Object.fromEntries(Object.entries(cache).map(([name, x]) => [name, tf.zerosLike(x)])),
    })),
  },
  'a cache that grows': {
    check: 'step by step the logits',
    says: 'step 0 makes the cache decoder_input_ids int32[3, 4] out of decoder_input_ids int32[3, 3]',
    subject: stepping(({ logits, cache }) => ({
      logits,
      cache: Object.fromEntries(
        Object.entries(cache).map(([name, x]) => [
          name,
          tf.concat([x, tf.zeros([x.shape[0]!, 1], 'int32')], 1),
        ]),
      ),
    })),
  },
  'logits of another position': {
    check: 'step by step the logits',
    says: 'a step gives logits [3, 8] instead of [3, 7]',
    subject: stepping(({ logits, cache }) => ({
      logits: tf.concat([logits, tf.zeros([logits.shape[0]!, 1])], 1),
      cache,
    })),
  },
  'answers that its cache changes': {
    check: 'answers the same',
    says: 'as a whole',
    subject: stepping(({ logits, cache }, position) => ({
      logits: tf.where(tf.greater(position, tf.scalar(0, 'int32')), tf.neg(logits), logits),
      cache,
    })),
  },
  'answers that depend on what computes them': {
    check: 'answers the same',
    says: 'where it is compiled',
    subject: stepping(({ logits, cache }) => ({
      logits: tf.getBackend() === 'wasm' ? logits : tf.neg(logits),
      cache,
    })),
  },
});
