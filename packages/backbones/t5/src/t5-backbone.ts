/**
 * The pre-norm encoder and decoder of T5, as Hugging Face computes them, without dropout.
 *
 * Letters: B batch, N tokens of texts, T tokens of answers, D width, H heads.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Backbone, JsonObject, Params, State, StreamSpec } from '@mdpd/core';
import { reshape } from '@mdpd/tensor/lean-ops';
import { tensorOf } from '@mdpd/tensor/named-layers';
import { t5Generation } from './generation.ts';
import { applyNorm, selfProbabilities } from './layers.ts';
import { offsetBuckets } from './relative-position.ts';
import { seq2seqHead } from './seq2seq-head.ts';
import {
  decoderBlock,
  distanceBiasName,
  embedStack,
  encoderBlock,
  maskName,
  unseenName,
  selfBias,
  type T5Model,
} from './stacks.ts';
import { readT5Config, type T5Config } from './t5-config.ts';
import { inputNames, inputSpecs } from './t5-input.ts';
import { t5Parameters } from './t5-parameters.ts';
import { blockNames, finalNormName, type StackName } from './tensor-names.ts';

const stacks: readonly StackName[] = ['encoder', 'decoder'];

/** Builds the backbone that config.json describes. Throws BACKBONE_CONFIG. */
export function createT5(json: JsonObject): Backbone {
  const config = readT5Config(json);
  const buckets = {
    encoder: offsetBuckets(config.tokens, 'encoder', config),
    decoder: offsetBuckets(config.tokens, 'decoder', config),
  };
  const model: T5Model = { config, buckets };
  return {
    family: 't5',
    config: json,
    blocks: config.encoderBlocks + config.decoderBlocks,
    streams: { encoder: streamSpec(config, 'encoder'), decoder: streamSpec(config, 'decoder') },
    inputs: inputSpecs(config),
    carried: stacks.map(distanceBiasName),
    perExample: stacks.flatMap((stack) => [maskName(stack), unseenName(stack)]),
    parameters: t5Parameters(config),
    embed: (params, input) => ({
      ...embedStack(model, params, 'encoder', input),
      ...embedStack(model, params, 'decoder', input),
    }),
    block: (params, index, state) => runBlock(model, params, index, state),
    finish: (params, state) => ({
      ...state,
      decoder: applyNorm(config, params, finalNormName('decoder'), tensorOf(state, 'decoder')),
    }),
    pool: (_params, finished) => firstToken(tensorOf(finished, 'decoder')),
    head: (kind) => (kind === 'seq2seq' ? seq2seqHead(config) : undefined),
    generation: t5Generation(model),
    attention: (params, index, state) => {
      const { stack, own } = placeOf(config, index);
      const names = blockNames(stack, own, config.gated).self;
      const bias = selfBias(state, stack);
      return { [stack]: selfProbabilities(config, params, names, tensorOf(state, stack), bias) };
    },
  };
}

function streamSpec(config: T5Config, stack: StackName): StreamSpec {
  const { tokens, width, heads, encoderBlocks, decoderBlocks } = config;
  const shared = { tokens, follows: inputNames[stack].ids, width, heads, mask: maskName(stack) };
  if (stack === 'encoder') return { ...shared, pooled: 'mean', blocks: [0, encoderBlocks] };
  return {
    ...shared,
    pooled: 0,
    blocks: [encoderBlocks, encoderBlocks + decoderBlocks],
    causal: true,
    reads: ['encoder'],
  };
}

/** Which stack a block is of, and its number there. */
function placeOf({ encoderBlocks }: T5Config, index: number): { stack: StackName; own: number } {
  return index < encoderBlocks
    ? { stack: 'encoder', own: index }
    : { stack: 'decoder', own: index - encoderBlocks };
}

function runBlock({ config }: T5Model, params: Params, index: number, state: State): State {
  const { stack, own } = placeOf(config, index);
  const after =
    stack === 'encoder' ? encoderBlock(config, params, own, state) : decoderBlock(config, params, own, state);
  return { ...state, [stack]: after };
}

/** [B, D] of [B, T, D]. */
function firstToken(tokens: Tensor): Tensor {
  const [, , width] = tokens.shape as [number, number, number];
  return reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [-1, width]);
}
