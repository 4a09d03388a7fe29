/**
 * The head that says where in the image is what the text tells of.
 *
 * Letters: B batch, N tokens, T tokens of the text, D width, K looks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, Params, State } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { attentionProbabilities } from '@mdpd/tensor/attention';
import { boxAround } from '@mdpd/tensor/box-around';
import { reshape } from '@mdpd/tensor/lean-ops';
import { UNSEEN } from './embed.ts';
import { firstWord } from './first-word.ts';
import { applyDense, tensorOf } from '@mdpd/tensor/named-layers';
import { pooler, poolerSpecs } from './pooler.ts';
import { dense } from '@mdpd/core/parameter-specs';
import { imageTokens, type ViltConfig } from './vilt-config.ts';

/** K. */
const LOOKS = 4;

const QUERY = 'box_head.query';
const KEY = 'box_head.key';
const HIDDEN = 'box_head.hidden';
const OUTPUT = 'box_head.output';

/** d: all looks together are about as wide as the backbone. */
const lookWidth = (width: number): number => Math.ceil(width / LOOKS);

/**
 * Four raw values, whose sigmoids are centre x, centre y, width and height as shares of the image.
 *
 * Hugging Face has no such class of ViLT: the model is saved as its ViltModel with the further tensors `box_head.query`,
 * `box_head.key`, `box_head.hidden` and `box_head.output`. It reads the pooled text CLS, and K looks of the text at the
 * image: query (of the mean word) · key / √d is the score of a patch, the soft-max over patches weights their mean token
 * and their mean centre (x, y). The box is predicted around the centre of the first look, see `boxAround`: what a patch
 * is, is learned from few examples, but not where it is.
 */
export function boxHead(config: ViltConfig): Head {
  const { width } = config;
  const inner = LOOKS * lookWidth(width);
  const textStart = imageTokens(config);
  return {
    architecture: 'ViltModel',
    parameters: [
      ...poolerSpecs(width),
      ...dense(QUERY, inner, width, 'head'),
      // Without a bias, which a soft-max would not notice.
      ...dense(KEY, inner, width, 'head', false),
      ...dense(HIDDEN, width, width + LOOKS * (width + 2), 'head'),
      ...dense(OUTPUT, 4, width, 'head'),
    ],
    features: (params, finished) => {
      const first = firstWord(tensorOf(finished, 'multimodal'), textStart);
      return tf.concat([pooler(params, first), looks(params, finished, textStart)], 1);
    },
    apply: (params, features) => {
      const raw = applyDense(params, OUTPUT, activation('gelu')(applyDense(params, HIDDEN, features)));
      return boxAround(tf.slice(features, [0, 2 * width], [-1, 2]), raw);
    },
  };
}

/** [B, D] of the words that are there; zeros where there is none. */
function meanWord(finished: State, textStart: number): Tensor {
  const words = tf.slice(tensorOf(finished, 'multimodal'), [0, textStart, 0], [-1, -1, -1]);
  const mask = tf.expandDims(tf.slice(tensorOf(finished, 'mask'), [0, textStart], [-1, -1]), 1);
  const count = tf.maximum(tf.sum(mask, 2), 1);
  const [batch, , width] = words.shape as [number, number, number];
  return tf.div(reshape(tf.matMul(mask, words), [batch, width]), count);
}

/** [B, K · (D + 2)]: mean token and mean centre of every look. */
function looks(params: Params, finished: State, textStart: number): Tensor {
  const tokens = tensorOf(finished, 'multimodal');
  const [batch, count, width] = tokens.shape as [number, number, number];
  const query = tf.expandDims(applyDense(params, QUERY, meanWord(finished, textStart)), 1);
  const key = applyDense(params, KEY, tokens, false);
  const unseen = tf.mul(tf.sub(1, tensorOf(finished, 'patches')), UNSEEN);
  const bias = reshape(unseen, [batch, 1, 1, count]);
  const weights = reshape(attentionProbabilities(query, key, { heads: LOOKS, bias }), [batch, LOOKS, count]);
  const seen = tf.concat([tokens, tensorOf(finished, 'centres')], 2);
  return reshape(tf.matMul(weights, seen), [batch, LOOKS * (width + 2)]);
}
