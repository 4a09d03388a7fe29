/** The tiny backbones as subjects of the checks, and ways to break them. */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, BackboneProvider, JsonObject, State } from '@mdpd/core';
import { withGradient } from '@mdpd/tensor/with-gradient';
import { tinyProvider } from '../fixtures/tiny-backbone.ts';
import { tinyTextProvider } from '../fixtures/tiny-text-backbone.ts';
import type { BackboneSubject } from './subject.ts';

export const good: BackboneSubject = {
  provider: tinyProvider,
  configs: [
    { model_type: 'tiny', blocks: 2, tokens: 4 },
    { model_type: 'tiny', streams: 2, blocks: 2, width: 12, heads: 3, tokens: 3 },
    { model_type: 'tiny', streams: 2, alternate: true, blocks: 3, width: 4, heads: 1, tokens: 3 },
  ],
  broken: [
    {
      config: { width: 0 },
      text: 'error BACKBONE_CONFIG at config.json\n  width is 0\n  allowed: an integer from 1 to 1024',
    },
    {
      config: { heads: 3 },
      text: 'error BACKBONE_CONFIG at config.json\n  heads is 3\n  allowed: a divisor of width 8',
    },
  ],
};

/** Texts of any length: one stream with a head over its tokens, and an encoder with a decoder and another such head. */
export const goodText: BackboneSubject = {
  provider: tinyTextProvider,
  configs: [
    { model_type: 'tiny_text', vocabulary: 9, tokens: 6 },
    { model_type: 'tiny_text', vocabulary: 7, blocks: 1, decoder: 2, tokens: 5, answer: 4 },
    { model_type: 'tiny_text', vocabulary: 5, width: 12, heads: 3, blocks: 1, tokens: 3 },
  ],
  broken: [
    {
      config: { decoder: -1 },
      text: 'error BACKBONE_CONFIG at config.json\n  decoder is -1\n  allowed: an integer from 0 to 1024',
    },
  ],
  vocabulary: (config) => config['vocabulary'] as number,
};

type Change = (backbone: Backbone) => Partial<Backbone>;

function withChange(subject: BackboneSubject, change: Change): BackboneSubject {
  const create = (config: JsonObject): Backbone => {
    const backbone = subject.provider.create(config);
    return { ...backbone, ...change(backbone) };
  };
  return { ...subject, provider: { ...subject.provider, create } };
}

/** The good subject with a provider whose backbones are changed. */
export const changed = (change: Change): BackboneSubject => withChange(good, change);
/** The same of the subject with texts. */
export const changedText = (change: Change): BackboneSubject => withChange(goodText, change);

export const provided = (parts: Partial<BackboneProvider>): BackboneSubject => ({
  ...good,
  provider: { ...tinyProvider, ...parts },
});

/** Name of the first stream. */
export const first = (state: State): string => Object.keys(state)[0]!;
/** The state with its first stream changed. */
export const mapFirst = (state: State, fn: (x: tf.Tensor) => tf.Tensor): State => ({
  ...state,
  [first(state)]: fn(state[first(state)]!),
});

/** The right value, and a gradient that is off by a tenth. */
export const skewed = (x: tf.Tensor): tf.Tensor =>
  withGradient(
    { x },
    () => tf.clone(x),
    (dy) => ({ x: () => tf.mul(dy, 1.1) }),
  );
