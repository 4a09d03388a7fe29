/**
 * The post-norm encoder that BERT, RoBERTa and DistilBERT share, as Hugging Face computes it, without dropout.
 *
 * Letters: B batch, N tokens, D width, H heads.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Backbone, JsonObject, Params, State, TensorRecord } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { attention, attentionProbabilities } from '@mdpd/tensor/attention';
import { lookup } from '@mdpd/tensor/embedding';
import { add, reshape } from '@mdpd/tensor/lean-ops';
import type { Family } from './family.ts';
import { applyDense, applyNorm, tensorOf } from '@mdpd/tensor/named-layers';
import type { BlockNames, TensorNames } from './tensor-names.ts';
import { mostTokens, type TextConfig } from './text-config.ts';
import { attentionBias, countedPositions, inputSpecs, readInput, type TextInput } from './text-input.ts';
import { textParameters } from './text-parameters.ts';

/** Builds the backbone that config.json describes. Throws BACKBONE_CONFIG. */
export function createText(family: Family, json: JsonObject): Backbone {
  const config = family.readConfig(json);
  const { names } = family;
  const { width, heads } = config;
  return {
    family: family.name,
    config: json,
    blocks: config.blocks,
    streams: {
      text: { tokens: mostTokens(config), follows: 'input_ids', width, heads, pooled: 0, mask: 'mask' },
    },
    perExample: ['mask', 'bias'],
    inputs: inputSpecs(config),
    parameters: textParameters(config, names),
    embed: (params, input) => embed(config, names, params, input),
    block: (params, index, state) => ({ ...state, text: block(config, names.block(index), params, state) }),
    // Every block ends with a norm: nothing is left to do.
    finish: (_params, state) => state,
    pool: (_params, finished) => firstToken(tensorOf(finished, 'text')),
    head: (kind, outputs) => family.head(config, kind, outputs),
    attention: (params, index, state) => ({ text: probabilities(config, names.block(index), params, state) }),
  };
}

/** h_0 [B, N, D] with the mask [B, N] and the bias [B, 1, 1, N] that go with it. */
function embed(config: TextConfig, names: TensorNames, params: Params, given: Readonly<TensorRecord>): State {
  const input = readInput(config, given);
  const words = lookup(tensorOf(params, `${names.words}.weight`), input.ids);
  const placed = add(words, positions(config, tensorOf(params, `${names.positions}.weight`), input));
  const sum =
    config.types === 0 ? placed : add(placed, types(tensorOf(params, `${names.types}.weight`), input));
  const mask = tf.cast(input.mask, 'float32');
  return { text: applyNorm(params, names.norm, sum, config.epsilon), mask, bias: attentionBias(mask) };
}

/** [1, N, D], or [B, N, D] where positions depend on where padding is. */
function positions(config: TextConfig, table: Tensor, { ids }: TextInput): Tensor {
  if (config.firstPosition > 0) return lookup(table, countedPositions(config, ids));
  return tf.expandDims(tf.slice(table, [0, 0], [ids.shape[1]!, -1]), 0);
}

/** [B, N, D], or [1, 1, D] where there is one type. */
function types(table: Tensor, { types: ids }: TextInput): Tensor {
  return ids === undefined ? reshape(tf.slice(table, [0, 0], [1, -1]), [1, 1, -1]) : lookup(table, ids);
}

/** h_{index+1} [B, N, D] from h_index. */
function block(config: TextConfig, names: BlockNames, params: Params, state: State): Tensor {
  const input = tensorOf(state, 'text');
  const { query, key } = queryAndKey(names, params, input);
  const value = applyDense(params, names.value, input);
  const options = { heads: config.heads, bias: tensorOf(state, 'bias') };
  const attended = applyDense(params, names.attentionOutput, attention(query, key, value, options));
  const middle = applyNorm(params, names.attentionNorm, add(input, attended), config.epsilon);
  const active = activation(config.activation)(applyDense(params, names.intermediate, middle));
  return applyNorm(
    params,
    names.outputNorm,
    add(middle, applyDense(params, names.output, active)),
    config.epsilon,
  );
}

/** Attention probabilities [B, H, N, N] of a block. */
function probabilities(config: TextConfig, names: BlockNames, params: Params, state: State): Tensor {
  const { query, key } = queryAndKey(names, params, tensorOf(state, 'text'));
  return attentionProbabilities(query, key, { heads: config.heads, bias: tensorOf(state, 'bias') });
}

function queryAndKey(names: BlockNames, params: Params, input: Tensor): { query: Tensor; key: Tensor } {
  return { query: applyDense(params, names.query, input), key: applyDense(params, names.key, input) };
}

/** [B, D] of [B, N, D]. */
function firstToken(tokens: Tensor): Tensor {
  const [, , width] = tokens.shape as [number, number, number];
  return reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [-1, width]);
}
