/** The parts of a Hugging Face BERT's or RoBERTa's config.json that shape the computation, with their defaults. */
import { configError, configKeys, type JsonObject } from '@mdpd/core';
import { z } from 'zod';
import { activationName, checked, integer, positive, sharedKeys, type TextConfig } from './text-config.ts';

/** Keys of both; all others are kept as they are. Dropout is off: training here is exact. */
const commonKeys = {
  ...sharedKeys,
  hidden_size: integer(65_536).default(768),
  num_hidden_layers: integer(1024).default(12),
  num_attention_heads: integer(1024).default(12),
  intermediate_size: integer(1_048_576).default(3072),
  type_vocab_size: integer(1024).default(2),
  hidden_act: activationName().default('gelu'),
  layer_norm_eps: positive(1).default(1e-12),
  // Other kinds of position change attention itself; decoders look at the past alone.
  position_embedding_type: z.literal('absolute').default('absolute').describe('absolute'),
  is_decoder: z.literal(false).default(false).describe('false: an encoder'),
  add_cross_attention: z.literal(false).default(false).describe('false: an encoder'),
};

const token = (most: number) => integer(most, 0);

export const bertConfigSchema = z.object({
  ...commonKeys,
  model_type: z.literal('bert').default('bert').describe('bert'),
  pad_token_id: token(10_000_000).nullable().default(0).describe('an integer from 0 to 10000000, or null'),
});

export const robertaConfigSchema = z.object({
  ...commonKeys,
  model_type: z.literal('roberta').default('roberta').describe('roberta'),
  vocab_size: sharedKeys.vocab_size.default(50_265),
  pad_token_id: token(1_048_576).default(1),
});

const sizeKeys = {
  width: 'hidden_size',
  heads: 'num_attention_heads',
  hidden: 'intermediate_size',
  blocks: 'num_hidden_layers',
};

type Keys = z.infer<typeof bertConfigSchema> | z.infer<typeof robertaConfigSchema>;

const textConfig = (keys: Keys, firstPosition: number): TextConfig => ({
  vocabulary: keys.vocab_size,
  positions: keys.max_position_embeddings,
  firstPosition,
  types: keys.type_vocab_size,
  padding: keys.pad_token_id,
  width: keys.hidden_size,
  blocks: keys.num_hidden_layers,
  heads: keys.num_attention_heads,
  hidden: keys.intermediate_size,
  activation: keys.hidden_act,
  epsilon: keys.layer_norm_eps,
  initializerRange: keys.initializer_range,
  sinusoidal: false,
  tied: keys.tie_word_embeddings,
});

/** Reads config.json. Throws BACKBONE_CONFIG with the key, its value and what is allowed. */
export function readBertConfig(json: JsonObject): TextConfig {
  return checked(textConfig(configKeys(bertConfigSchema, json), 0), sizeKeys);
}

/** Reads config.json. Throws BACKBONE_CONFIG with the key, its value and what is allowed. */
export function readRobertaConfig(json: JsonObject): TextConfig {
  const keys = configKeys(robertaConfigSchema, json);
  const { pad_token_id: padding, max_position_embeddings: positions } = keys;
  if (positions <= padding + 1) {
    throw configError(
      `max_position_embeddings ${positions} leaves none for tokens: those up to pad_token_id ${padding} are padding's`,
      `max_position_embeddings from ${padding + 2}`,
    );
  }
  return checked(textConfig(keys, padding + 1), sizeKeys);
}
