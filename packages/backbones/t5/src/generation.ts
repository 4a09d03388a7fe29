/**
 * Answers token by token: the encoder runs once, a step of the decoder reads what earlier steps left in the cache.
 *
 * Letters: B batch, N tokens of texts, T most tokens of an answer, D width, H heads, d width of a head, V vocabulary.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Generation, Params, TensorRecord } from '@mdpd/core';
import { lookup } from '@mdpd/tensor/embedding';
import { tensorOf } from '@mdpd/tensor/named-layers';
import { applyMlp, applyNorm, attend, keyValue, type KeyValue } from './layers.ts';
import { laterBias, positions } from './positions.ts';
import { backwardBuckets } from './relative-position.ts';
import { wordLogits } from './seq2seq-head.ts';
import { embedStack, encoderBlock, unseenName, type T5Model } from './stacks.ts';
import type { T5Config } from './t5-config.ts';
import { inputNames } from './t5-input.ts';
import { blockNames, distancesName, finalNormName, wordsName } from './tensor-names.ts';

const keyName = (block: number): string => `key.${block}`;
const valueName = (block: number): string => `value.${block}`;

const keyValueOf = (record: Readonly<TensorRecord>, block: number): KeyValue => ({
  key: tensorOf(record, keyName(block)),
  value: tensorOf(record, valueName(block)),
});

const everyBlock = ({ decoderBlocks }: T5Config): number[] => [...Array(decoderBlocks).keys()];

export function t5Generation(model: T5Model): Generation {
  const { config } = model;
  return {
    first: config.start,
    ends: config.ends,
    padding: config.padding,
    answer: inputNames.decoder,
    encode: (params, input) => encode(model, params, input),
    start: (memory, tokens) => emptyCache(config, memory, tokens),
    step: (params, memory, cache, tokens, position) => step(config, params, memory, cache, tokens, position),
  };
}

/** Keys and values [B, N, H·d] that every block of the decoder makes of the encoder, and what is padding. */
function encode(model: T5Model, params: Params, input: Readonly<TensorRecord>): TensorRecord {
  const { config } = model;
  let state = embedStack(model, params, 'encoder', input);
  for (let index = 0; index < config.encoderBlocks; index++) {
    state = { ...state, encoder: encoderBlock(config, params, index, state) };
  }
  const unseen = unseenName('encoder');
  const blocks = everyBlock(config).flatMap((block) => {
    const names = blockNames('decoder', block, config.gated).cross;
    const { key, value } = keyValue(params, names, tensorOf(state, 'encoder'));
    return [
      [keyName(block), key],
      [valueName(block), value],
    ] as const;
  });
  return { [unseen]: tensorOf(state, unseen), ...Object.fromEntries(blocks) };
}

/** Zeros, [B, T, H·d]. */
function emptyCache(config: T5Config, memory: Readonly<TensorRecord>, tokens: number): TensorRecord {
  const [batch] = tensorOf(memory, unseenName('encoder')).shape as [number];
  const shape = [batch, tokens, config.heads * config.headWidth];
  return Object.fromEntries(
    everyBlock(config).flatMap((block) => [
      [keyName(block), tf.zeros(shape)],
      [valueName(block), tf.zeros(shape)],
    ]),
  ) as TensorRecord;
}

function step(
  config: T5Config,
  params: Params,
  memory: Readonly<TensorRecord>,
  cache: Readonly<TensorRecord>,
  tokens: Tensor,
  position: Tensor,
): { logits: Tensor; cache: TensorRecord } {
  const [, most] = tensorOf(cache, keyName(0)).shape as [number, number, number];
  const bias = tf.add(stepBias(config, params, position, most), laterBias(position, most));
  const here = tf.reshape(tf.cast(tf.equal(positions(most, most), position), 'float32'), [1, most, 1]);
  // What is not yet written is zero.
  const written = (old: Tensor, token: Tensor): Tensor => tf.add(old, tf.mul(token, here));
  const next: TensorRecord = {};
  let x = tf.expandDims(lookup(tensorOf(params, `${wordsName}.weight`), tokens), 1);
  for (const block of everyBlock(config)) {
    const names = blockNames('decoder', block, config.gated);
    const before = keyValueOf(cache, block);
    const own = (normed: Tensor): KeyValue => {
      const { key, value } = keyValue(params, names.self, normed);
      const seen = { key: written(before.key, key), value: written(before.value, value) };
      next[keyName(block)] = seen.key;
      next[valueName(block)] = seen.value;
      return seen;
    };
    x = attend(config, params, names.self, x, own, bias);
    const text = (): KeyValue => keyValueOf(memory, block);
    x = attend(config, params, names.cross, x, text, tensorOf(memory, unseenName('encoder')));
    x = applyMlp(config, params, names.mlp, x);
  }
  const [batch] = x.shape as [number];
  const last = tf.reshape(applyNorm(config, params, finalNormName('decoder'), x), [batch, config.width]);
  return { logits: wordLogits(config, params, last), cache: next };
}

/** What distance adds to the scores of the token at `position` over T, [1, H, 1, T]. */
function stepBias(config: T5Config, params: Params, position: Tensor, most: number): Tensor {
  const zero = tf.scalar(0, 'int32');
  const distances = tf.maximum(tf.sub(position, positions(most, most)), zero);
  const ids = tf.gather(tf.tensor1d(backwardBuckets(most, config), 'int32'), distances as tf.Tensor1D);
  const byKey = lookup(tensorOf(params, `${distancesName('decoder')}.weight`), ids);
  return tf.reshape(tf.transpose(byKey, [1, 0]), [1, config.heads, 1, most]);
}
