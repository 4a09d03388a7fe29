/**
 * DeiT (Touvron et al. 2021, arXiv 2012.12877) as Hugging Face computes it: a Vision Transformer with a second token,
 * which learned from a teacher, and a classifier for each of the two.
 *
 * Letters: B batch, C outputs or channels, H × W pixels, N tokens (class, distillation, patches), D width.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  MdpdError,
  type Backbone,
  type Head,
  type HeadKind,
  type JsonObject,
  type Params,
  type State,
  type TensorRecord,
} from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { attention, attentionProbabilities } from '@mdpd/tensor/attention';
import { layerNorm } from '@mdpd/tensor/layer-norm';
import { add, reshape, scale } from '@mdpd/tensor/lean-ops';
import { linear } from '@mdpd/tensor/linear';
import { readDeitConfig, type DeitConfig } from './deit-config.ts';
import { blockNames, deitParameters, headParameters, names } from './deit-parameters.ts';

/** Builds the backbone that config.json describes. Throws BACKBONE_CONFIG. */
export function createDeit(json: JsonObject): Backbone {
  const config = readDeitConfig(json);
  const { image, channels, tokens, width, heads } = config;
  return {
    family: 'deit',
    config: json,
    blocks: config.blocks,
    streams: { image: { tokens, width, heads, pooled: 0 } },
    perExample: [],
    inputs: { pixel_values: { shape: [channels, image, image], dtype: 'float32' } },
    parameters: deitParameters(config),
    embed: (params, input) => ({ image: embed(config, params, pixels(config, input)) }),
    block: (params, index, state) => ({ ...state, image: block(config, params, index, stream(state)) }),
    finish: (params, state) => ({ ...state, image: norm(config, params, names.finalNorm, stream(state)) }),
    pool: (_params, finished) => token(stream(finished), 0),
    head: (kind, outputs) => deitHead(kind, width, outputs),
    attention: (params, index, state) => ({ image: blockAttention(config, params, index, stream(state)) }),
    rawGrid: (input) => ({ image: tf.transpose(pixels(config, input), [0, 2, 3, 1]) }),
  };
}

/** The mean of what both tokens say: how DeiTForImageClassificationWithTeacher answers. */
function deitHead(kind: HeadKind, width: number, outputs: number): Head | undefined {
  if (kind !== 'classification' && kind !== 'regression') return undefined;
  return {
    architecture: 'DeiTForImageClassificationWithTeacher',
    parameters: headParameters(width, outputs),
    features: (_params, finished) => tf.concat([token(stream(finished), 0), token(stream(finished), 1)], 1),
    apply: (params, both) => {
      const [own, taught] = tf.split(both, 2, 1) as [Tensor, Tensor];
      const sum = add(
        project(params, names.classifier, own),
        project(params, names.distillationClassifier, taught),
      );
      return scale(sum, 0.5);
    },
  };
}

/** [B, C, H, W] from the inputs. Throws BACKBONE_INPUT for another shape: positions are not interpolated. */
function pixels({ channels, image }: DeitConfig, input: Readonly<TensorRecord>): Tensor {
  const images = input['pixel_values'];
  const wanted = [channels, image, image].join(', ');
  const shape = images?.shape ?? [];
  if (images && shape.slice(1).join(', ') === wanted) return images;
  const found = images ? `has shape [${shape.join(', ')}]` : 'is missing';
  throw new MdpdError('BACKBONE_INPUT', `pixel_values ${found}`, { allowed: `[batch, ${wanted}]` });
}

function stream(state: State): Tensor {
  return state['image']!;
}

/** h_0 [B, N, D]: class token, distillation token and the projected patches, plus positions. */
function embed(config: DeitConfig, params: Params, images: Tensor): Tensor {
  const { image, patch, channels, width } = config;
  const along = image / patch;
  // The convolution of the reference has its stride as its filter size: a linear on the patches.
  const rows = tf.transpose(tf.reshape(images, [-1, patch, along, patch]), [0, 2, 1, 3]);
  const windows = tf.transpose(tf.reshape(rows, [-1, channels, along * along, patch * patch]), [0, 2, 1, 3]);
  const flat = tf.reshape(windows, [-1, along * along, channels * patch * patch]);
  const filters = reshape(params[`${names.patches}.weight`]!, [width, -1]);
  const patches = linear(flat, filters, params[`${names.patches}.bias`]!);
  const first = [names.classToken, names.distillationToken].map((name) =>
    add(params[name]!, tf.zeros([images.shape[0]!, 1, width])),
  );
  return add(tf.concat([...first, patches], 1), params[names.positions]!);
}

/** h_{index+1} [B, N, D] from h_index [B, N, D]. */
function block(config: DeitConfig, params: Params, index: number, input: Tensor): Tensor {
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
function blockAttention(config: DeitConfig, params: Params, index: number, input: Tensor): Tensor {
  const block = blockNames(index);
  const normed = norm(config, params, block.normBefore, input);
  const query = project(params, block.query, normed, config.qkvBias);
  const key = project(params, block.key, normed, config.qkvBias);
  return attentionProbabilities(query, key, { heads: config.heads });
}

/** Token `index` [B, D] of [B, N, D]. */
function token(tokens: Tensor, index: number): Tensor {
  return reshape(tf.slice(tokens, [0, index, 0], [-1, 1, -1]), [-1, tokens.shape[2]!]);
}

function project(params: Params, name: string, x: Tensor, biased = true): Tensor {
  return linear(x, params[`${name}.weight`]!, biased ? params[`${name}.bias`]! : undefined);
}

function norm({ epsilon }: DeitConfig, params: Params, name: string, x: Tensor): Tensor {
  return layerNorm(x, params[`${name}.weight`]!, params[`${name}.bias`]!, epsilon);
}
