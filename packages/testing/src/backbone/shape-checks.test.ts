import * as tf from '@tensorflow/tfjs-core';
import { describeFindings } from '../findings.ts';
import { shapeChecks } from './shape-checks.ts';
import { changed, changedText } from './variants.ts';

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
  'a mask that is missing': {
    check: 'gives every state',
    says: 'the state has no entry text_mask, the mask of a stream',
    subject: changedText(({ embed }) => ({
      embed: (...args) => {
        const { text_mask: _mask, ...state } = embed(...args);
        return state;
      },
    })),
  },
  'a mask of other numbers': {
    check: 'gives every state',
    says: 'the mask text_mask has other values than 0 and 1',
    subject: changedText(({ embed }) => ({
      embed: (...args) => {
        const state = embed(...args);
        return 'text_mask' in state ? { ...state, text_mask: tf.mul(state['text_mask']!, 2) } : state;
      },
    })),
  },
  'a mask of other tokens': {
    check: 'gives every state',
    says: 'the mask text_mask has shape [3, 4, 1] instead of [3, 4]',
    subject: changedText(({ embed }) => ({
      embed: (...args) => {
        const state = embed(...args);
        return 'text_mask' in state ? { ...state, text_mask: tf.expandDims(state['text_mask']!, 2) } : state;
      },
    })),
  },
  'a block that changes a stream of others': {
    check: 'gives every state',
    says: 'block 1 changes stream encoder, whose blocks are 0 to 1',
    subject: changedText(({ block }) => ({
      block: (...args) => {
        const state = block(...args);
        return 'encoder' in state ? { ...state, encoder: tf.mul(state['encoder']!, 2) } : state;
      },
    })),
  },
  'something carried that is not there': {
    check: 'gives every state',
    says: 'embed gives no entry text_bias besides the streams, although it is carried',
    subject: changedText(() => ({ carried: ['text_bias'] })),
  },
  'a mask that is said to be the same for all': {
    check: 'rows for examples',
    says: 'text_mask has rows for examples, although perExample does not name it',
    subject: changedText(() => ({ perExample: [] })),
  },
  'a row for every example that is not there': {
    check: 'rows for examples',
    says: 'the state has no entry text_end, although it is said to be per example',
    subject: changedText(() => ({ perExample: ['text_end'] })),
  },
  'something per example that is the same for all': {
    check: 'rows for examples',
    says: 'main_bias has no row for every example',
    subject: changed(() => ({ perExample: ['main_bias'] })),
  },
  'a head that is tied to something else': {
    check: 'lists parameters',
    says: 'the head is tied to tiny_text.norm, which is no parameter of stage embed',
    subject: changedText(({ head }) => ({
      head: (kind, outputs) => {
        const made = head(kind, outputs);
        return made?.tied ? { ...made, tied: ['tiny_text.norm'] } : made;
      },
    })),
  },
  'a parameter of a block that is called pretrained': {
    check: 'lists parameters',
    says: 'tiny.main.norm.bias is called pretrained, although it is not of a head',
    subject: changed(({ parameters }) => ({
      parameters: parameters.map((spec) =>
        spec.name === 'tiny.main.norm.bias' ? { ...spec, pretrained: true } : spec,
      ),
    })),
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
  'a state entry with the name of a parameter': {
    check: 'gives every state',
    says: 'embed gives a state entry tiny.main.norm.bias, which is the name of a parameter',
    subject: changed(({ embed }) => ({
      embed: (params, input) => ({ ...embed(params, input), 'tiny.main.norm.bias': tf.scalar(1) }),
    })),
  },
  'a state entry with the name of a parameter of the head': {
    check: 'gives every state',
    says: 'embed gives a state entry classifier.weight, which is the name of a parameter',
    subject: changed(({ embed }) => ({
      embed: (params, input) => ({ ...embed(params, input), 'classifier.weight': tf.scalar(1) }),
    })),
  },
  'raw tokens of nothing': {
    check: 'raw tokens',
    says: 'rawTokens names the unknown stream elsewhere',
    subject: changed(() => ({ rawTokens: () => ({ elsewhere: tf.zeros([3, 4, 2]) }) })),
  },
  'a raw grid of nothing': {
    check: 'raw input',
    says: 'rawGrid names the unknown stream elsewhere',
    subject: changed(() => ({ rawGrid: () => ({ elsewhere: tf.zeros([3, 2, 2, 1]) }) })),
  },
  'a stream that gets lost': {
    check: 'gives every state',
    says: 'finish: stream main is missing',
    subject: changed(({ finish }) => ({
      finish: (params, state) => {
        const { main: _lost, ...rest } = finish(params, state);
        return rest;
      },
    })),
  },
  'whole numbers for a stream': {
    check: 'gives every state',
    says: 'embed: stream main has type int32 instead of float32',
    subject: changed(({ embed }) => ({
      embed: (params, input) => {
        const state = embed(params, input);
        return { ...state, main: tf.cast(state['main']!, 'int32') };
      },
    })),
  },
  'pooling that keeps the tokens': {
    check: 'gives every state',
    says: 'pool gives 3 axes instead of 2',
    subject: changed(() => ({ pool: (_params, finished) => finished['main']! })),
  },
  'a head without a class at Hugging Face': {
    check: 'lists parameters',
    says: 'the head has no architecture',
    subject: changed(({ head }) => ({
      head: (kind, outputs) => {
        const made = head(kind, outputs);
        return made && { ...made, architecture: '' };
      },
    })),
  },
  'a parameter with a space for a name': {
    check: 'lists parameters',
    says: '" " is no name of a parameter',
    subject: changed(({ parameters }) => ({ parameters: [{ ...parameters[0]!, name: ' ' }, ...parameters] })),
  },
  'a head with nothing to learn': {
    check: 'lists parameters',
    says: 'the head has no parameters',
    subject: changed(({ head }) => ({
      head: (kind, outputs) => {
        const made = head(kind, outputs);
        return made && { ...made, parameters: [] };
      },
    })),
  },
});
