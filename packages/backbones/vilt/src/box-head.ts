/**
 * The head that says where in the image is what the text tells of.
 *
 * Letters: B batch, N tokens, D width, K looks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Head, Params, State } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { reshape } from '@mdpd/tensor/lean-ops';
import { UNSEEN } from './embed.ts';
import { firstWord } from './first-word.ts';
import { applyDense, tensorOf } from '@mdpd/tensor/named-layers';
import { pooler, poolerSpecs } from './pooler.ts';
import { dense } from '@mdpd/core/parameter-specs';
import { imageTokens, type ViltConfig } from './vilt-config.ts';

/** K. */
const LOOKS = 4;

const LOOK = 'box_head.looks';
const HIDDEN = 'box_head.hidden';
const OUTPUT = 'box_head.output';

/**
 * Four raw values, whose sigmoids are centre x, centre y, width and height as shares of the image.
 *
 * Hugging Face has no such class of ViLT: the model is saved as its ViltModel with the further tensors `box_head.looks`
 * [K, D], `box_head.hidden` and `box_head.output`. It reads the pooled text CLS, and K looks at the image: in each, the
 * soft-max of a learned score over the patches weights their mean token and their mean centre (x, y). The centres say
 * directly where something is, which tokens tell only through what their positions left in them.
 */
export function boxHead(config: ViltConfig): Head {
  const { width } = config;
  const textStart = imageTokens(config);
  return {
    architecture: 'ViltModel',
    parameters: [
      ...poolerSpecs(width),
      // Without a bias, which a soft-max would not notice.
      ...dense(LOOK, LOOKS, width, 'head', false),
      ...dense(HIDDEN, width, width + LOOKS * (width + 2), 'head'),
      ...dense(OUTPUT, 4, width, 'head'),
    ],
    features: (params, finished) => {
      const first = firstWord(tensorOf(finished, 'multimodal'), textStart);
      return tf.concat([pooler(params, first), looks(params, finished)], 1);
    },
    apply: (params, features) =>
      applyDense(params, OUTPUT, activation('gelu')(applyDense(params, HIDDEN, features))),
  };
}

/** [B, K · (D + 2)]: mean token and mean centre of every look. */
function looks(params: Params, finished: State): Tensor {
  const tokens = tensorOf(finished, 'multimodal');
  const [batch, , width] = tokens.shape as [number, number, number];
  const scores = tf.transpose(applyDense(params, LOOK, tokens, false), [0, 2, 1]);
  const unseen = tf.mul(tf.sub(1, tensorOf(finished, 'patches')), UNSEEN);
  const weights = tf.softmax(tf.add(scores, tf.expandDims(unseen, 1)));
  const seen = [tf.matMul(weights, tokens), tf.matMul(weights, tensorOf(finished, 'centres'))];
  return reshape(tf.concat(seen, 2), [batch, LOOKS * (width + 2)]);
}
