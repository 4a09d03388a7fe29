/**
 * The Vision-and-Language Transformer as Hugging Face computes it (one pre-norm encoder over words and patches), without
 * dropout.
 *
 * Letters: B batch, P patches of the canvas, T tokens of the text, N = 1 + P + T tokens, D width, H heads.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Backbone, JsonObject, Params, State } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { attention, attentionProbabilities } from '@mdpd/tensor/attention';
import { add } from '@mdpd/tensor/lean-ops';
import { embed } from './embed.ts';
import { firstWord } from './first-word.ts';
import { applyDense, applyNorm, tensorOf } from '@mdpd/tensor/named-layers';
import { imageTokens, readViltConfig, type ViltConfig } from './vilt-config.ts';
import { viltHead } from './vilt-heads.ts';
import { inputSpecs, readInput } from './vilt-input.ts';
import { blockNames, names, viltParameters } from './vilt-parameters.ts';

/**
 * Builds the backbone that config.json describes. Images lie on a canvas of `mdpd.canvas`, else of `image_size`, see
 * `readViltConfig`. Throws BACKBONE_CONFIG.
 */
export function createVilt(json: JsonObject): Backbone {
  const config = readViltConfig(json);
  const { width, heads } = config;
  const textStart = imageTokens(config);
  const tokens = textStart + config.textTokens;
  return {
    family: 'vilt',
    config: json,
    blocks: config.blocks,
    streams: {
      multimodal: { tokens, follows: 'input_ids', width, heads, pooled: textStart, mask: 'mask' },
    },
    perExample: ['mask', 'bias', 'patches', 'centres'],
    inputs: inputSpecs(config),
    parameters: viltParameters(config),
    embed: (params, input) => embed(config, params, input),
    block: (params, index, state) => ({ ...state, multimodal: block(config, params, index, state) }),
    finish: (params, state) => ({
      ...state,
      multimodal: applyNorm(params, names.finalNorm, stream(state), config.epsilon),
    }),
    pool: (_params, finished) => firstWord(stream(finished), textStart),
    head: (kind, outputs) => viltHead(config, kind, outputs),
    attention: (params, index, state) => ({ multimodal: probabilities(config, params, index, state) }),
    rawGrid: (input) => ({ multimodal: tf.transpose(readInput(config, input).pixels, [0, 2, 3, 1]) }),
  };
}

function stream(state: State): Tensor {
  return tensorOf(state, 'multimodal');
}

/** h_{index+1} [B, N, D] from h_index. */
function block(config: ViltConfig, params: Params, index: number, state: State): Tensor {
  const { epsilon, qkvBias } = config;
  const block = blockNames(index);
  const input = stream(state);
  const before = applyNorm(params, block.normBefore, input, epsilon);
  const query = applyDense(params, block.query, before, qkvBias);
  const key = applyDense(params, block.key, before, qkvBias);
  const value = applyDense(params, block.value, before, qkvBias);
  const attended = attention(query, key, value, { heads: config.heads, bias: tensorOf(state, 'bias') });
  const middle = add(input, applyDense(params, block.attentionOutput, attended));
  const after = applyNorm(params, block.normAfter, middle, epsilon);
  const active = activation(config.activation)(applyDense(params, block.intermediate, after));
  return add(middle, applyDense(params, block.output, active));
}

/** Attention probabilities [B, H, N, N] of block `index`, from h_index. */
function probabilities(config: ViltConfig, params: Params, index: number, state: State): Tensor {
  const block = blockNames(index);
  const normed = applyNorm(params, block.normBefore, stream(state), config.epsilon);
  const query = applyDense(params, block.query, normed, config.qkvBias);
  const key = applyDense(params, block.key, normed, config.qkvBias);
  return attentionProbabilities(query, key, { heads: config.heads, bias: tensorOf(state, 'bias') });
}
