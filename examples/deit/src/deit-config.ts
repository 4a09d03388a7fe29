/** The part of a Hugging Face DeiT config.json that shapes the computation, checked, with Hugging Face's defaults. */
import { configError, configKeys, type JsonObject } from '@mdpd/core';
import { activationNames } from '@mdpd/tensor/activations';
import { z } from 'zod';

const integer = (most: number) => z.int().min(1).max(most).describe(`an integer from 1 to ${most}`);
const positive = z.number().positive().max(1).describe('a number above 0, at most 1');

const schema = z.object({
  model_type: z.literal('deit').default('deit').describe('deit'),
  hidden_size: integer(16_384).default(768),
  num_hidden_layers: integer(256).default(12),
  num_attention_heads: integer(1024).default(12),
  intermediate_size: integer(65_536).default(3072),
  hidden_act: z.enum(activationNames).default('gelu').describe(activationNames.join(', ')),
  layer_norm_eps: positive.default(1e-12),
  image_size: integer(4096).default(224),
  patch_size: integer(4096).default(16),
  num_channels: integer(64).default(3),
  qkv_bias: z.boolean().default(true).describe('true or false'),
  initializer_range: positive.default(0.02),
});

export interface DeitConfig {
  /** D. */
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  /** Width between the two linears of a block's MLP. */
  readonly hidden: number;
  readonly activation: string;
  readonly epsilon: number;
  /** In pixels. */
  readonly image: number;
  /** In pixels. */
  readonly patch: number;
  readonly channels: number;
  /** N: class token, distillation token, and one a patch. */
  readonly tokens: number;
  readonly qkvBias: boolean;
  readonly initializerRange: number;
}

/** Reads config.json. Throws BACKBONE_CONFIG with the key, its value and what is allowed. */
export function readDeitConfig(json: JsonObject): DeitConfig {
  const keys = configKeys(schema, json);
  const { image_size: image, patch_size: patch, hidden_size: width, num_attention_heads: heads } = keys;
  if (image % patch !== 0) {
    const below = Math.max(1, Math.floor(image / patch)) * patch;
    throw configError(
      `image_size ${image} is not divisible by patch_size ${patch}`,
      `a multiple of ${patch}, such as ${below} or ${below + patch}`,
    );
  }
  if (width % heads !== 0) {
    throw configError(
      `hidden_size ${width} is not divisible by num_attention_heads ${heads}`,
      `a multiple of ${heads}`,
    );
  }
  return {
    width,
    blocks: keys.num_hidden_layers,
    heads,
    hidden: keys.intermediate_size,
    activation: keys.hidden_act,
    epsilon: keys.layer_norm_eps,
    image,
    patch,
    channels: keys.num_channels,
    tokens: (image / patch) ** 2 + 2,
    qkvBias: keys.qkv_bias,
    initializerRange: keys.initializer_range,
  };
}
