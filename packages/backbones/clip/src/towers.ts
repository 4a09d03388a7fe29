/**
 * What the two towers compute: the first state, and layers.
 *
 * Letters: B batch, T tokens of the text, P patches, N tokens of a tower, D its width, H heads.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Params, State, TensorRecord } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { attention, attentionProbabilities, type AttentionOptions } from '@mdpd/tensor/attention';
import { lookup } from '@mdpd/tensor/embedding';
import { add, reshape } from '@mdpd/tensor/lean-ops';
import { linear } from '@mdpd/tensor/linear';
import type { ClipConfig, ImageConfig, TextConfig, TowerConfig, TowerName } from './clip-config.ts';
import { readInput } from './clip-input.ts';
import { layerNames, names } from './clip-parameters.ts';
import { applyDense, applyNorm, tensorOf } from '@mdpd/tensor/named-layers';
import { patchPixels } from './patches.ts';
import { causalBias, endOfText } from './text-masks.ts';

/**
 * h_0: `image` [B, P + 1, D], CLS first, after the norm that Hugging Face calls `pre_layrnorm`; `text` [B, T, D].
 *
 * Constants: `text_mask` [B, T]; `text_bias` of attention scores [B, 1, T, T]; `text_end` [B, T], 1 at the token that is
 * pooled. Carried: `cosine_factor` [1, 1], what cosines of images and texts are multiplied with in `transformers`.
 */
export function embed(config: ClipConfig, params: Params, given: Readonly<TensorRecord>): State {
  const { ids, mask, pixels } = readInput(config, given);
  return {
    image: embedImage(config.image, params, pixels),
    text: embedText(config.text, params, ids),
    text_mask: mask,
    text_bias: causalBias(mask, config.text.tokens),
    text_end: endOfText(ids, config.text.end),
    cosine_factor: tf.reshape(tf.exp(tensorOf(params, names.logitScale)), [1, 1]),
  };
}

function embedText({ tokens }: TextConfig, params: Params, ids: Tensor): Tensor {
  const table = tensorOf(params, `${names.textPositions}.weight`);
  const length = ids.shape[1]!;
  const places = length === tokens ? table : tf.slice(table, [0, 0], [length, -1]);
  return add(lookup(tensorOf(params, `${names.words}.weight`), ids), tf.expandDims(places, 0));
}

function embedImage({ width, patch, epsilon }: ImageConfig, params: Params, pixels: Tensor): Tensor {
  // The convolution of the reference has its stride as its filter size, and no bias: a linear on the patches.
  const filters = reshape(tensorOf(params, `${names.patches}.weight`), [width, -1]);
  const patches = linear(patchPixels(pixels, patch), filters);
  const first = reshape(tensorOf(params, names.classToken), [1, 1, width]);
  const classToken = add(first, tf.zeros([pixels.shape[0]!, 1, width]));
  const places = tf.expandDims(tensorOf(params, `${names.imagePositions}.weight`), 0);
  return applyNorm(params, names.normBefore, add(tf.concat([classToken, patches], 1), places), epsilon);
}

/** Heads, and what a tower's tokens do not see. */
function attentionOptions({ heads }: TowerConfig, tower: TowerName, state: State): AttentionOptions {
  return tower === 'text' ? { heads, bias: tensorOf(state, 'text_bias') } : { heads };
}

/** The state of a tower after its layer `index`, [B, N, D]. */
export function layer(
  config: TowerConfig,
  params: Params,
  tower: TowerName,
  index: number,
  state: State,
): Tensor {
  const { epsilon } = config;
  const layer = layerNames(tower, index);
  const input = tensorOf(state, tower);
  const before = applyNorm(params, layer.normBefore, input, epsilon);
  const query = applyDense(params, layer.query, before);
  const key = applyDense(params, layer.key, before);
  const value = applyDense(params, layer.value, before);
  const attended = attention(query, key, value, attentionOptions(config, tower, state));
  const middle = add(input, applyDense(params, layer.attentionOutput, attended));
  const after = applyNorm(params, layer.normAfter, middle, epsilon);
  const active = activation(config.activation)(applyDense(params, layer.intermediate, after));
  return add(middle, applyDense(params, layer.output, active));
}

/** Attention probabilities [B, H, N, N] of a tower's layer `index`, from the state before it. */
export function probabilities(
  config: TowerConfig,
  params: Params,
  tower: TowerName,
  index: number,
  state: State,
): Tensor {
  const layer = layerNames(tower, index);
  const normed = applyNorm(params, layer.normBefore, tensorOf(state, tower), config.epsilon);
  const query = applyDense(params, layer.query, normed);
  const key = applyDense(params, layer.key, normed);
  return attentionProbabilities(query, key, attentionOptions(config, tower, state));
}
