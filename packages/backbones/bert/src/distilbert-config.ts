/** The part of a Hugging Face DistilBERT's config.json that shapes the computation, with its defaults. */
import { configKeys, type JsonObject } from '@mdpd/core';
import { z } from 'zod';
import { activationName, checked, flag, integer, sharedKeys, type TextConfig } from './text-config.ts';

/** Not in config.json: the architecture has it written into its code. */
const EPSILON = 1e-12;

/** Keys that are read; all others are kept as they are. Dropout is off: training here is exact. */
export const distilbertConfigSchema = z.object({
  ...sharedKeys,
  model_type: z.literal('distilbert').default('distilbert').describe('distilbert'),
  dim: integer(65_536).default(768),
  n_layers: integer(1024).default(6),
  n_heads: integer(1024).default(12),
  hidden_dim: integer(1_048_576).default(3072),
  activation: activationName().default('gelu'),
  sinusoidal_pos_embds: flag().default(false),
  pad_token_id: integer(10_000_000, 0)
    .nullable()
    .default(0)
    .describe('an integer from 0 to 10000000, or null'),
});

/** Reads config.json. Throws BACKBONE_CONFIG with the key, its value and what is allowed. */
export function readDistilbertConfig(json: JsonObject): TextConfig {
  const keys = configKeys(distilbertConfigSchema, json);
  const config: TextConfig = {
    vocabulary: keys.vocab_size,
    positions: keys.max_position_embeddings,
    firstPosition: 0,
    types: 0,
    padding: keys.pad_token_id,
    width: keys.dim,
    blocks: keys.n_layers,
    heads: keys.n_heads,
    hidden: keys.hidden_dim,
    activation: keys.activation,
    epsilon: EPSILON,
    initializerRange: keys.initializer_range,
    sinusoidal: keys.sinusoidal_pos_embds,
    tied: keys.tie_word_embeddings,
  };
  return checked(config, { width: 'dim', heads: 'n_heads', hidden: 'hidden_dim', blocks: 'n_layers' });
}
