/**
 * The Vision Transformer as Hugging Face computes it (pre-norm, CLS token, learned positions), without dropout.
 *
 * Letters: B batch, C channels, H × W pixels, P patches, N = P + 1 tokens (CLS first), D width, R raw values of a
 * token.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import {
  MdpdError,
  type Backbone,
  type JsonObject,
  type Params,
  type State,
  type TensorRecord,
} from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { attention, attentionProbabilities } from '@mdpd/tensor/attention';
import { layerNorm } from '@mdpd/tensor/layer-norm';
import { add, reshape } from '@mdpd/tensor/lean-ops';
import { linear } from '@mdpd/tensor/linear';
import { tensorOf } from './tensor-of.ts';
import { readVitConfig, type VitConfig } from './vit-config.ts';
import { vitHead } from './vit-head.ts';
import { blockNames, names, vitParameters } from './vit-parameters.ts';
import { windows } from './windows.ts';

/** Builds the backbone that config.json describes. Throws BACKBONE_CONFIG. */
export function createVit(json: JsonObject): Backbone {
  const config = readVitConfig(json);
  const { image, channels, tokens, width, heads } = config;
  return {
    family: 'vit',
    config: json,
    blocks: config.blocks,
    streams: { image: { tokens, width, heads, pooled: 0 } },
    perExample: [],
    inputs: { pixel_values: { shape: [channels, image.height, image.width], dtype: 'float32' } },
    parameters: vitParameters(config),
    embed: (params, input) => ({ image: embed(config, params, pixels(config, input)) }),
    block: (params, index, state) => ({ ...state, image: block(config, params, index, stream(state)) }),
    finish: (params, state) => ({ ...state, image: norm(config, params, names.finalNorm, stream(state)) }),
    pool: (_params, finished) => firstToken(stream(finished)),
    head: (kind, outputs) => vitHead(kind, width, outputs),
    attention: (params, index, state) => ({ image: blockAttention(config, params, index, stream(state)) }),
    rawTokens: (input, context) => ({ image: rawTokens(config, pixels(config, input), context) }),
    rawGrid: (input) => ({ image: tf.transpose(pixels(config, input), [0, 2, 3, 1]) }),
  };
}

/** [B, C, H, W] from the inputs. Throws BACKBONE_INPUT for another shape: positions are not interpolated. */
function pixels({ channels, image }: VitConfig, input: Readonly<TensorRecord>): Tensor {
  const images = input['pixel_values'];
  const wanted = [channels, image.height, image.width];
  const shape = images?.shape ?? [];
  if (images !== undefined && shape.length === 4 && wanted.every((size, axis) => size === shape[axis + 1])) {
    return images;
  }
  const found = images === undefined ? 'is missing' : `has shape [${shape.join(', ')}]`;
  throw new MdpdError('BACKBONE_INPUT', `pixel_values ${found}`, {
    allowed: `[batch, ${wanted.join(', ')}], as num_channels and image_size of config.json say`,
    fix: `resize the images to ${image.width} × ${image.height} pixels`,
  });
}

function stream(state: State): Tensor {
  return tensorOf(state, 'image');
}

/** h_0 [B, N, D]: CLS and the projected patches, plus positions. */
function embed({ patch, width }: VitConfig, params: Params, images: Tensor): Tensor {
  // The convolution of the reference has its stride as its filter size: a linear on the patches.
  const filters = reshape(tensorOf(params, `${names.patches}.weight`), [width, -1]);
  const patches = linear(windows(images, patch), filters, tensorOf(params, `${names.patches}.bias`));
  const classToken = add(tensorOf(params, names.classToken), tf.zeros([images.shape[0]!, 1, width]));
  return add(tf.concat([classToken, patches], 1), tensorOf(params, names.positions));
}

/** h_{index+1} [B, N, D] from h_index [B, N, D]. */
function block(config: VitConfig, params: Params, index: number, input: Tensor): Tensor {
  const block = blockNames(index);
  const before = norm(config, params, block.normBefore, input);
  const query = project(params, block.query, before, config.qkvBias);
  const key = project(params, block.key, before, config.qkvBias);
  const value = project(params, block.value, before, config.qkvBias);
  const attended = attention(query, key, value, { heads: config.heads });
  const middle = add(input, project(params, block.attentionOutput, attended));
  const after = norm(config, params, block.normAfter, middle);
  const active = activation(config.activation)(project(params, block.intermediate, after));
  return add(middle, project(params, block.output, active));
}

/** Attention probabilities [B, heads, N, N] of block `index`, from h_index [B, N, D]. */
function blockAttention(config: VitConfig, params: Params, index: number, input: Tensor): Tensor {
  const block = blockNames(index);
  const normed = norm(config, params, block.normBefore, input);
  const query = project(params, block.query, normed, config.qkvBias);
  const key = project(params, block.key, normed, config.qkvBias);
  return attentionProbabilities(query, key, { heads: config.heads });
}

/** [B, N, O] from [B, N, I]. */
function project(params: Params, name: string, input: Tensor, biased = true): Tensor {
  const bias = biased ? tensorOf(params, `${name}.bias`) : undefined;
  return linear(input, tensorOf(params, `${name}.weight`), bias);
}

function norm({ epsilon }: VitConfig, params: Params, name: string, input: Tensor): Tensor {
  return layerNorm(input, tensorOf(params, `${name}.weight`), tensorOf(params, `${name}.bias`), epsilon);
}

/** CLS [B, D] of [B, N, D]. */
function firstToken(tokens: Tensor): Tensor {
  const [, , width] = tokens.shape as [number, number, number];
  return reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [-1, width]);
}

/** Pixels of every token, [B, N, R], with `context` pixels around its patch; zeros for CLS. */
function rawTokens({ patch }: VitConfig, images: Tensor, context: number): Tensor {
  if (!Number.isInteger(context) || context < 0) {
    throw new RangeError(`context is ${context}: it must be a whole number of pixels, at least 0`);
  }
  return tf.pad(windows(images, patch, context) as Tensor3D, [
    [0, 0],
    [1, 0],
    [0, 0],
  ]);
}
