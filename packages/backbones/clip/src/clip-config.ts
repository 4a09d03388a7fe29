/** The part of a Hugging Face CLIP config.json that shapes the computation, checked, with Hugging Face's defaults. */
import { configError, configKeys, quoted, type JsonObject } from '@mdpd/core';
import { activationNames } from '@mdpd/tensor/activations';
import { z } from 'zod';
import { checked } from './config-checks.ts';

const integer = (most: number, least = 1) =>
  z.int().min(least).max(most).describe(`an integer from ${least} to ${most}`);
const positive = (most: number) =>
  z.number().positive().max(most).describe(`a number above 0, at most ${most}`);

/** Keys of both towers. Keys that are not named here are kept as they are. Dropout is off: training here is exact. */
const tower = {
  num_hidden_layers: integer(1024).default(12),
  hidden_act: z.enum(activationNames).default('quick_gelu').describe(activationNames.join(', ')),
  layer_norm_eps: positive(1).default(1e-5),
  initializer_range: positive(1).default(0.02),
  initializer_factor: positive(1000).default(1),
};

const textSchema = z.object({
  ...tower,
  vocab_size: integer(10_000_000).default(49_408),
  hidden_size: integer(65_536).default(512),
  intermediate_size: integer(1_048_576).default(2048),
  num_attention_heads: integer(1024).default(8),
  max_position_embeddings: integer(65_536).default(77),
  eos_token_id: integer(10_000_000, 0).default(49_407),
});

const imageSchema = z.object({
  ...tower,
  hidden_size: integer(65_536).default(768),
  intermediate_size: integer(1_048_576).default(3072),
  num_attention_heads: integer(1024).default(12),
  num_channels: integer(4096).default(3),
  image_size: integer(16_384).default(224),
  patch_size: integer(16_384).default(32),
});

const topSchema = z.object({
  model_type: z.literal('clip').default('clip').describe('clip'),
  projection_dim: integer(65_536).default(512),
  logit_scale_init_value: z.number().min(-100).max(100).default(2.6592).describe('a number from -100 to 100'),
});

/** `text` and `image` are the names of the streams, too. */
export type TowerName = 'text' | 'image';
export const towerNames: readonly TowerName[] = ['image', 'text'];

export interface TowerConfig {
  /** D. */
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  /** Width between the two linears of a block's MLP. */
  readonly hidden: number;
  readonly activation: string;
  readonly epsilon: number;
  readonly initializerRange: number;
  readonly initializerFactor: number;
}

export interface TextConfig extends TowerConfig {
  /** Rows of the table of words. */
  readonly vocabulary: number;
  /** The most tokens of a text. */
  readonly tokens: number;
  /** Id of the token that ends a text, at which it is pooled. */
  readonly end: number;
}

export interface ImageConfig extends TowerConfig {
  readonly channels: number;
  /** In pixels, of both sides. */
  readonly size: number;
  /** In pixels, of both sides. */
  readonly patch: number;
  /** Patches of both sides. */
  readonly grid: number;
}

export interface ClipConfig {
  readonly text: TextConfig;
  readonly image: ImageConfig;
  /** P, width of the vectors of images and texts. */
  readonly projection: number;
  /** Natural logarithm of what cosines are multiplied with, in a model that is not trained. */
  readonly logitScale: number;
}

/** Key of config.json that holds a tower's. */
export const sections: Readonly<Record<TowerName, string>> = { text: 'text_config', image: 'vision_config' };

/**
 * Reads config.json. Throws BACKBONE_CONFIG with the key, its value and what is allowed.
 *
 * Old files say a tower once more, under `text_config_dict` and `vision_config_dict`: those count, as in `transformers`.
 */
export function readClipConfig(json: JsonObject): ClipConfig {
  const { projection_dim: projection, logit_scale_init_value: logitScale } = configKeys(topSchema, json);
  const text = configKeys(textSchema, ...sectionOf(json, sections.text));
  const image = configKeys(imageSchema, ...sectionOf(json, sections.image));
  return checked({
    text: {
      ...towerOf(text),
      vocabulary: text.vocab_size,
      tokens: text.max_position_embeddings,
      end: text.eos_token_id,
    },
    image: {
      ...towerOf(image),
      channels: image.num_channels,
      size: image.image_size,
      patch: image.patch_size,
      grid: image.image_size / image.patch_size,
    },
    projection,
    logitScale,
  });
}

function towerOf(keys: z.infer<typeof textSchema> | z.infer<typeof imageSchema>): TowerConfig {
  return {
    width: keys.hidden_size,
    blocks: keys.num_hidden_layers,
    heads: keys.num_attention_heads,
    hidden: keys.intermediate_size,
    activation: keys.hidden_act,
    epsilon: keys.layer_norm_eps,
    initializerRange: keys.initializer_range,
    initializerFactor: keys.initializer_factor,
  };
}

/** Keys of a tower, and what its keys are called in messages. */
function sectionOf(json: JsonObject, name: string): [keys: JsonObject, prefix: string] {
  const key = (json[`${name}_dict`] ?? null) === null ? name : `${name}_dict`;
  const keys = json[key] ?? {};
  if (typeof keys === 'object' && !Array.isArray(keys)) return [keys, `${key}.`];
  throw configError(`${key} is ${quoted(keys)}`, 'an object');
}
