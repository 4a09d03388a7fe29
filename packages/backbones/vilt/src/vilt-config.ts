/** The part of a Hugging Face ViLT config.json that shapes the computation, checked, with Hugging Face's defaults. */
import { configKeys, type JsonObject } from '@mdpd/core';
import { activationNames } from '@mdpd/tensor/activations';
import { z } from 'zod';
import { checked } from './config-checks.ts';

const integer = (most: number, least = 1) =>
  z.int().min(least).max(most).describe(`an integer from ${least} to ${most}`);
const positive = (most: number) =>
  z.number().positive().max(most).describe(`a number above 0, at most ${most}`);

const MOST_PIXELS = 16_384;
const canvas = z
  .tuple([integer(MOST_PIXELS), integer(MOST_PIXELS)])
  .optional()
  .describe(`[height, width] in pixels, each from 1 to ${MOST_PIXELS}`);

/** Keys of config.json that are read; all others are kept as they are. Dropout is off: training here is exact. */
export const viltConfigSchema = z.object({
  model_type: z.literal('vilt').default('vilt').describe('vilt'),
  vocab_size: integer(10_000_000).default(30_522),
  max_position_embeddings: integer(65_536).default(40),
  type_vocab_size: integer(1024).default(2),
  modality_type_vocab_size: integer(1024, 2).default(2),
  pad_token_id: integer(10_000_000, 0)
    .nullable()
    .default(null)
    .describe('an integer from 0 to 10000000, or null'),
  hidden_size: integer(65_536).default(768),
  num_hidden_layers: integer(1024).default(12),
  num_attention_heads: integer(1024).default(12),
  intermediate_size: integer(1_048_576).default(3072),
  hidden_act: z.enum(activationNames).default('gelu').describe(activationNames.join(', ')),
  layer_norm_eps: positive(1).default(1e-12),
  image_size: integer(MOST_PIXELS).default(384),
  patch_size: integer(MOST_PIXELS).default(32),
  num_channels: integer(4096).default(3),
  qkv_bias: z.boolean().default(true).describe('true or false'),
  max_image_length: z.int().default(-1).describe('-1, or an integer'),
  initializer_range: positive(1).default(0.02),
  mdpd: z.looseObject({ canvas }).optional().describe('an object'),
});

/** In patches. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

export interface ViltConfig {
  /** Rows of the table of words. */
  readonly vocabulary: number;
  /** The most tokens of a text. */
  readonly textTokens: number;
  /** Rows of the table of token types. */
  readonly types: number;
  /** Rows of the table of modalities, of which the first is text's and the second images'. */
  readonly modalities: number;
  /** Id of the padding token, whose row starts as zeros; null: none has. */
  readonly padding: number | null;
  /** D. */
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  /** Width between the two linears of a block's MLP. */
  readonly hidden: number;
  readonly activation: string;
  readonly epsilon: number;
  /** In pixels, of both sides. */
  readonly patch: number;
  /** Rows and columns of the table of positions, before it is interpolated. */
  readonly positions: number;
  /** [H, W] in pixels: all images lie in its upper left corner. */
  readonly canvas: readonly [height: number, width: number];
  /** Patches of the canvas. */
  readonly grid: Grid;
  /** The most patches that transformers takes of an image; −1: all. */
  readonly mostPatches: number;
  readonly channels: number;
  /** Whether query, key and value have biases. */
  readonly qkvBias: boolean;
  readonly initializerRange: number;
}

/** Tokens of an image: CLS, and a patch each. */
export function imageTokens({ grid }: Pick<ViltConfig, 'grid'>): number {
  return 1 + grid.rows * grid.columns;
}

/**
 * Reads config.json. Throws BACKBONE_CONFIG with the key, its value and what is allowed.
 *
 * Images of different sizes share a canvas of one size, on which `pixel_mask` says what is image. config.json of Hugging
 * Face does not name it (its processor pads to the largest image of a batch), so a key of our own does:
 * `{"mdpd": {"canvas": [384, 608]}}`, height and width in pixels; without it, it is a square of `image_size`. The
 * parameters do not depend on it.
 */
export function readViltConfig(json: JsonObject): ViltConfig {
  const keys = configKeys(viltConfigSchema, json);
  const { patch_size: patch } = keys;
  const size = keys.mdpd?.canvas ?? ([keys.image_size, keys.image_size] as const);
  return checked({
    vocabulary: keys.vocab_size,
    textTokens: keys.max_position_embeddings,
    types: keys.type_vocab_size,
    modalities: keys.modality_type_vocab_size,
    padding: keys.pad_token_id,
    width: keys.hidden_size,
    blocks: keys.num_hidden_layers,
    heads: keys.num_attention_heads,
    hidden: keys.intermediate_size,
    activation: keys.hidden_act,
    epsilon: keys.layer_norm_eps,
    patch,
    positions: keys.image_size / patch,
    canvas: size,
    grid: { rows: size[0] / patch, columns: size[1] / patch },
    mostPatches: keys.max_image_length,
    channels: keys.num_channels,
    qkvBias: keys.qkv_bias,
    initializerRange: keys.initializer_range,
  });
}
