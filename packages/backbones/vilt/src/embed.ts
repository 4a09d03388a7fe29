/**
 * What stands before the blocks: tokens of image and text, with what goes with them.
 *
 * Letters: B batch, T tokens of the text, P patches of the canvas, N = 1 + P + T tokens, D width.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Params, State, TensorRecord } from '@mdpd/core';
import { lookup } from '@mdpd/tensor/embedding';
import { add, reshape } from '@mdpd/tensor/lean-ops';
import { linear } from '@mdpd/tensor/linear';
import { applyNorm, tensorOf } from '@mdpd/tensor/named-layers';
import { patchCentres, patchPixels, patchPositions, patchView, type PatchView } from './patches.ts';
import type { ViltConfig } from './vilt-config.ts';
import { readInput, type ViltInput } from './vilt-input.ts';
import { names } from './vilt-parameters.ts';

/** A score that leaves nothing after the soft-max, beside any other. */
export const UNSEEN = -1e9;

/**
 * h_0: `multimodal` [B, N, D], CLS of the image, its patches, then the text. Hugging Face has the text first; only the
 * order is another, because what may be shorter in a batch comes last here, so that a patch has the same index always.
 *
 * Constants: `mask` [B, N]; `bias` of attention scores [B, 1, 1, N]; `patches` [B, N], 1 for patches of the image;
 * `centres` [B, N, 2], (x, y) of patches as shares of the image.
 */
export function embed(config: ViltConfig, params: Params, given: Readonly<TensorRecord>): State {
  const input = readInput(config, given);
  const view = patchView(input.pixelMask, config.grid, config.patch);
  const words = textTokens(config, params, input);
  const [batch, tokens] = input.ids.shape as [number, number];
  const textMask = tf.cast(input.textMask, 'float32');
  const mask = tf.concat([tf.ones([batch, 1]), view.mask, textMask], 1);
  const noText = tf.zeros([batch, tokens]);
  const noPlaces = (count: number): Tensor => tf.zeros([batch, count, 2]);
  return {
    multimodal: tf.concat([imageTokens(config, params, input, view), words], 1),
    mask,
    bias: tf.reshape(tf.mul(tf.sub(1, mask), UNSEEN), [batch, 1, 1, mask.shape[1]!]),
    patches: tf.concat([tf.zeros([batch, 1]), view.mask, noText], 1),
    centres: tf.concat([noPlaces(1), patchCentres(view, config.grid), noPlaces(tokens)], 1),
  };
}

/** Row `index` of a table, [1, 1, D]. */
function row(params: Params, name: string, index: number): Tensor {
  return reshape(tf.slice(tensorOf(params, `${name}.weight`), [index, 0], [1, -1]), [1, 1, -1]);
}

/** [B, T, D]: BERT's embeddings, and the modality of texts. */
function textTokens(config: ViltConfig, params: Params, { ids, types }: ViltInput): Tensor {
  const words = lookup(tensorOf(params, `${names.words}.weight`), ids);
  const typed = types
    ? lookup(tensorOf(params, `${names.types}.weight`), types)
    : row(params, names.types, 0);
  const table = tensorOf(params, `${names.textPositions}.weight`);
  const positions = tf.expandDims(tf.slice(table, [0, 0], [ids.shape[1]!, -1]), 0);
  const sum = add(add(words, typed), positions);
  return add(applyNorm(params, names.textNorm, sum, config.epsilon), row(params, names.modalities, 0));
}

/** [B, 1 + P, D]: CLS and the projected patches, with positions, and the modality of images. */
function imageTokens(
  { grid, patch, positions, width }: ViltConfig,
  params: Params,
  { pixels }: ViltInput,
  view: PatchView,
): Tensor {
  // The convolution of the reference has its stride as its filter size: a linear on the patches.
  const filters = reshape(tensorOf(params, `${names.patches}.weight`), [width, -1]);
  const projected = linear(
    patchPixels(pixels, grid, patch),
    filters,
    tensorOf(params, `${names.patches}.bias`),
  );
  const learned = tensorOf(params, names.positions);
  const ofPatches = reshape(tf.slice(learned, [0, 1, 0], [-1, -1, -1]), [-1, width]);
  const placed = add(projected, patchPositions(ofPatches, positions, view, grid));
  const first = add(tensorOf(params, names.classToken), tf.slice(learned, [0, 0, 0], [-1, 1, -1]));
  const classToken = add(first, tf.zeros([pixels.shape[0]!, 1, width]));
  return add(tf.concat([classToken, placed], 1), row(params, names.modalities, 1));
}
