/**
 * What encoder and decoder compute: their parts of the state, and their blocks.
 *
 * Letters: B batch, N tokens of texts, T tokens of answers, D width, H heads.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Params, State, TensorRecord } from '@mdpd/core';
import { lookup } from '@mdpd/tensor/embedding';
import { add } from '@mdpd/tensor/lean-ops';
import { tensorOf } from '@mdpd/tensor/named-layers';
import { applyMlp, applyNorm, attend, keyValue, type KeyValue } from './layers.ts';
import { causalBias, paddingBias } from './positions.ts';
import { distanceBias } from './relative-position.ts';
import type { T5Config } from './t5-config.ts';
import { readInput } from './t5-input.ts';
import { blockNames, distancesName, finalNormName, wordsName, type StackName } from './tensor-names.ts';

/** Entries of the state besides the streams. */
export const maskName = (stack: StackName): string => `${stack}_mask`;
export const distanceBiasName = (stack: StackName): string => `${stack}_bias`;
export const unseenName = (stack: StackName): string => `${stack}_unseen`;

/** The configuration with what follows from it, made once. */
export interface T5Model {
  readonly config: T5Config;
  /** Buckets of the most tokens that there can be. */
  readonly buckets: Readonly<Record<StackName, Int32Array>>;
}

/**
 * A stack's part of h_0: words [B, N, D] with their mask [B, N], what distance adds to scores [1, H, N, N], and what is
 * not seen, [B, 1, 1, N] (encoder) or [B, 1, T, T] (decoder).
 */
export function embedStack(
  { config, buckets }: T5Model,
  params: Params,
  stack: StackName,
  input: Readonly<TensorRecord>,
): TensorRecord {
  const { ids, mask } = readInput(config, stack, input);
  const table = tensorOf(params, `${distancesName(stack)}.weight`);
  const most = config.tokens;
  return {
    [stack]: lookup(tensorOf(params, `${wordsName}.weight`), ids),
    [maskName(stack)]: mask,
    [distanceBiasName(stack)]: distanceBias(table, buckets[stack], most, ids.shape[1]!),
    [unseenName(stack)]: stack === 'encoder' ? paddingBias(mask) : causalBias(mask, most),
  };
}

/** What is added to the scores of a stack over its own tokens, [B, H, N, N]. */
export function selfBias(state: State, stack: StackName): Tensor {
  return add(tensorOf(state, distanceBiasName(stack)), tensorOf(state, unseenName(stack)));
}

/** h_{index+1} [B, N, D]; the last block's is normalised, as the decoder reads it. */
export function encoderBlock(config: T5Config, params: Params, index: number, state: State): Tensor {
  const names = blockNames('encoder', index, config.gated);
  const look = (normed: Tensor): KeyValue => keyValue(params, names.self, normed);
  const bias = selfBias(state, 'encoder');
  const seen = attend(config, params, names.self, tensorOf(state, 'encoder'), look, bias);
  const after = applyMlp(config, params, names.mlp, seen);
  if (index < config.encoderBlocks - 1) return after;
  return applyNorm(config, params, finalNormName('encoder'), after);
}

export function decoderBlock(config: T5Config, params: Params, index: number, state: State): Tensor {
  const names = blockNames('decoder', index, config.gated);
  const own = (normed: Tensor): KeyValue => keyValue(params, names.self, normed);
  const bias = selfBias(state, 'decoder');
  const seen = attend(config, params, names.self, tensorOf(state, 'decoder'), own, bias);
  const text = tensorOf(state, 'encoder');
  const other = (): KeyValue => keyValue(params, names.cross, text);
  const crossed = attend(config, params, names.cross, seen, other, tensorOf(state, unseenName('encoder')));
  return applyMlp(config, params, names.mlp, crossed);
}
