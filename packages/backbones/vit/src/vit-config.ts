/** The part of a Hugging Face ViT config.json that shapes the computation, checked, with Hugging Face's defaults. */
import { configError, configKeys, type JsonObject } from '@mdpd/core';
import { activationNames } from '@mdpd/tensor/activations';
import { z } from 'zod';

/** Largest number of float32 parameters: 16 GB. */
const MOST_PARAMETERS = 4e9;
const MOST_TOKENS = 65_536;

const integer = (most: number) => z.int().min(1).max(most).describe(`an integer from 1 to ${most}`);
const lengths = (most: number) =>
  z
    .union([integer(most), z.tuple([integer(most), integer(most)])])
    .describe(`an integer from 1 to ${most}, or [height, width]`);
const positive = (most: number) =>
  z.number().positive().max(most).describe(`a number above 0, at most ${most}`);

/** Keys of config.json that are read; all others are kept as they are. Dropout is off: training here is exact. */
export const vitConfigSchema = z.object({
  model_type: z.literal('vit').default('vit').describe('vit'),
  hidden_size: integer(65_536).default(768),
  num_hidden_layers: integer(1024).default(12),
  num_attention_heads: integer(1024).default(12),
  intermediate_size: integer(1_048_576).default(3072),
  hidden_act: z.enum(activationNames).default('gelu').describe(activationNames.join(', ')),
  layer_norm_eps: positive(1).default(1e-12),
  image_size: lengths(16_384).default(224),
  patch_size: lengths(16_384).default(16),
  num_channels: integer(4096).default(3),
  qkv_bias: z.boolean().default(true).describe('true or false'),
  initializer_range: positive(1).default(0.02),
  head_dim: integer(65_536).optional(),
});

/** Height and width. */
export interface Extent {
  readonly height: number;
  readonly width: number;
}

export interface VitConfig {
  /** D. */
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  /** Width between the two linears of a block's MLP. */
  readonly hidden: number;
  readonly activation: string;
  readonly epsilon: number;
  /** In pixels. */
  readonly image: Extent;
  /** In pixels. */
  readonly patch: Extent;
  /** In patches. */
  readonly grid: Extent;
  /** N: one token a patch, and CLS. */
  readonly tokens: number;
  readonly channels: number;
  /** Whether query, key and value have biases. */
  readonly qkvBias: boolean;
  readonly initializerRange: number;
}

/** Reads config.json. Throws BACKBONE_CONFIG with the key, its value and what is allowed. */
export function readVitConfig(json: JsonObject): VitConfig {
  const keys = configKeys(vitConfigSchema, json);
  const image = extent(keys.image_size);
  const patch = extent(keys.patch_size);
  checkHeads(keys.hidden_size, keys.num_attention_heads, keys.head_dim);
  checkPatches(image, patch);
  const grid = { height: image.height / patch.height, width: image.width / patch.width };
  const config: VitConfig = {
    width: keys.hidden_size,
    blocks: keys.num_hidden_layers,
    heads: keys.num_attention_heads,
    hidden: keys.intermediate_size,
    activation: keys.hidden_act,
    epsilon: keys.layer_norm_eps,
    image,
    patch,
    grid,
    tokens: grid.height * grid.width + 1,
    channels: keys.num_channels,
    qkvBias: keys.qkv_bias,
    initializerRange: keys.initializer_range,
  };
  checkSize(config);
  return config;
}

function extent(value: number | readonly [number, number]): Extent {
  return typeof value === 'number' ? { height: value, width: value } : { height: value[0], width: value[1] };
}

function checkHeads(width: number, heads: number, headWidth: number | undefined): void {
  if (width % heads !== 0) {
    const divisors = Array.from({ length: width }, (_, index) => index + 1).filter(
      (divisor) => width % divisor === 0 && divisor <= 64,
    );
    throw configError(
      `hidden_size ${width} is not divisible by num_attention_heads ${heads}`,
      `num_attention_heads ${divisors.join(', ')}`,
    );
  }
  if (headWidth !== undefined && headWidth * heads !== width) {
    throw configError(
      `head_dim is ${headWidth}, which times num_attention_heads ${heads} is not hidden_size ${width}`,
      `head_dim ${width / heads}, or no head_dim`,
    );
  }
}

function checkPatches(image: Extent, patch: Extent): void {
  for (const side of ['height', 'width'] as const) {
    if (image[side] % patch[side] === 0) continue;
    const below = Math.floor(image[side] / patch[side]) * patch[side];
    const near = [below, below + patch[side]].filter((length) => length > 0);
    throw configError(
      `image_size ${image[side]} (${side}) is not divisible by patch_size ${patch[side]}`,
      `a multiple of ${patch[side]}, such as ${near.join(' or ')}`,
    );
  }
}

function checkSize({ width, blocks, hidden, channels, patch, tokens }: VitConfig): void {
  if (tokens > MOST_TOKENS) {
    throw configError(
      `image_size and patch_size make ${tokens} tokens`,
      `at most ${MOST_TOKENS} tokens: smaller image_size or larger patch_size`,
    );
  }
  const block = 4 * width * width + 2 * width * hidden;
  const parameters = blocks * block + width * (channels * patch.height * patch.width + tokens);
  if (parameters > MOST_PARAMETERS) {
    throw configError(
      `the sizes make a model of ${(parameters / 1e9).toFixed(1)} billion parameters`,
      `at most ${MOST_PARAMETERS / 1e9} billion: smaller hidden_size, intermediate_size or num_hidden_layers`,
    );
  }
}
