import * as tf from '@tensorflow/tfjs-core';
import type { Params } from '@mdpd/core';
import { describeFindings } from '../findings.ts';
import { purityChecks } from './purity-checks.ts';
import { changed, changedText, mapFirst } from './variants.ts';

let stored: tf.Tensor | undefined;

describeFindings('checks of purity', purityChecks, {
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
  'a head that reads what it is not tied to': {
    check: 'reads in every stage',
    says: 'head reads tiny_text.words.weight, whose stage is embed',
    subject: changedText(({ head }) => ({
      head: (kind, outputs) => {
        const made = head(kind, outputs);
        return made && { ...made, tied: undefined };
      },
    })),
  },
  'a head that does not read what it is tied to': {
    check: 'reads in every stage',
    says: 'the head does not read tiny_text.words.weight, to which it is tied',
    subject: changedText(({ head }) => ({
      head: (kind, outputs) => {
        const made = head(kind, outputs);
        return made && { ...made, tied: ['tiny_text.words.weight'] };
      },
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
  'a block that reads what is no parameter': {
    check: 'reads in every stage',
    says: 'block 0 reads tiny.extra, which is not among the parameters',
    subject: changed(({ block }) => ({
      block: (params, index, state) =>
        mapFirst(block(params, index, state), (x) =>
          params['tiny.extra'] ? tf.add(x, params['tiny.extra']) : x,
        ),
    })),
  },
  'a model that writes into its parameters': {
    check: 'gives the same bytes',
    says: 'changes tiny.main.embeddings.projection.weight',
    subject: changed(({ parameters, pool }) => ({
      pool: (params, finished) => {
        // The cpu backend hands out the values themselves.
        params[parameters[0]!.name]!.dataSync()[0]! += 1;
        return pool(params, finished);
      },
    })),
  },
});
