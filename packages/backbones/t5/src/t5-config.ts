/** The parts of a Hugging Face T5's config.json that shape the computation, with their defaults. */
import { configError, configKeys, type JsonObject } from '@mdpd/core';
import { activationNames } from '@mdpd/tensor/activations';
import { z } from 'zod';

/** Largest number of float32 parameters: 52 GB, a little more than t5-11b. */
const MOST_PARAMETERS = 13e9;

export interface T5Config {
  /** V, rows of the table of words. */
  readonly vocabulary: number;
  /** D. */
  readonly width: number;
  /** H. */
  readonly heads: number;
  /** d, width of a head, which need not be D / H. */
  readonly headWidth: number;
  /** Width between the linears of a block's MLP. */
  readonly hidden: number;
  /** Of the encoder. */
  readonly encoderBlocks: number;
  readonly decoderBlocks: number;
  /** Distances of tokens that are told apart, in both directions together. */
  readonly buckets: number;
  /** Distance from which on all are alike. */
  readonly farthest: number;
  readonly activation: string;
  /** Whether the MLP multiplies with a second linear. */
  readonly gated: boolean;
  readonly epsilon: number;
  readonly initializerFactor: number;
  /** Most tokens of a text, and of an answer: distances have no limit, so this is one of ours. */
  readonly tokens: number;
  /** Whether the last matrix is the table of words. */
  readonly tied: boolean;
  /** Whether the decoder's last state is multiplied by 1/√D before it. */
  readonly scaled: boolean;
  readonly padding: number;
  /** Tokens that end an answer. */
  readonly ends: readonly number[];
  /** Token before the first of an answer. */
  readonly start: number;
}

const integer = (most: number, least = 1) =>
  z.int().min(least).max(most).describe(`an integer from ${least} to ${most}`);
const positive = (most: number) =>
  z.number().positive().max(most).describe(`a number above 0, at most ${most}`);
const flag = () => z.boolean().describe('true or false');
const token = () => integer(10_000_000, 0);

/** `gated-gelu` is v1.1's, and means the approximation. */
const projections = activationNames.flatMap((name) => [name, `gated-${name}`]);

/** Keys that are read; all others are kept as they are. Dropout is off: training here is exact. */
const schema = z.object({
  model_type: z.literal('t5').default('t5').describe('t5'),
  vocab_size: integer(10_000_000).default(32_128),
  d_model: integer(65_536).default(512),
  d_kv: integer(65_536).default(64),
  d_ff: integer(1_048_576).default(2048),
  num_layers: integer(1024).default(6),
  num_decoder_layers: integer(1024)
    .nullish()
    .describe('an integer from 1 to 1024, or null: as many as num_layers'),
  num_heads: integer(1024).default(8),
  // Half of the encoder's buckets look back, half of those are for single distances.
  relative_attention_num_buckets: integer(65_536, 4).default(32),
  relative_attention_max_distance: integer(1_048_576).default(128),
  feed_forward_proj: z.enum(projections).default('relu').describe(projections.join(', ')),
  is_gated_act: flag().optional(),
  dense_act_fn: z.enum(activationNames).optional().describe(activationNames.join(', ')),
  layer_norm_epsilon: positive(1).default(1e-6),
  initializer_factor: positive(1000).default(1),
  n_positions: integer(65_536).default(512),
  tie_word_embeddings: flag().default(true),
  scale_decoder_outputs: flag().optional(),
  pad_token_id: token().default(0),
  eos_token_id: z
    .union([token(), z.array(token()).min(1)])
    .default(1)
    .describe('an integer from 0 to 10000000, or a list of them'),
  decoder_start_token_id: token().nullish().describe('an integer from 0 to 10000000, or null: pad_token_id'),
  is_encoder_decoder: z.literal(true).default(true).describe('true: an encoder and a decoder'),
  is_decoder: z.literal(false).default(false).describe('false: an encoder and a decoder'),
});

type Keys = z.infer<typeof schema>;

/** Reads config.json. Throws BACKBONE_CONFIG with the key, its value and what is allowed. */
export function readT5Config(json: JsonObject): T5Config {
  const keys = configKeys(schema, json);
  const { activation, gated } = readProjection(keys);
  const tied = keys.tie_word_embeddings && keys.scale_decoder_outputs !== false;
  const config: T5Config = {
    vocabulary: keys.vocab_size,
    width: keys.d_model,
    heads: keys.num_heads,
    headWidth: keys.d_kv,
    hidden: keys.d_ff,
    encoderBlocks: keys.num_layers,
    decoderBlocks: keys.num_decoder_layers ?? keys.num_layers,
    buckets: keys.relative_attention_num_buckets,
    farthest: keys.relative_attention_max_distance,
    activation,
    gated,
    epsilon: keys.layer_norm_epsilon,
    initializerFactor: keys.initializer_factor,
    tokens: keys.n_positions,
    tied,
    // Newer files call both models tied, and say apart from it whether outputs are scaled.
    scaled: keys.scale_decoder_outputs ?? tied,
    padding: keys.pad_token_id,
    ends: typeof keys.eos_token_id === 'number' ? [keys.eos_token_id] : keys.eos_token_id,
    start: keys.decoder_start_token_id ?? keys.pad_token_id,
  };
  checkTokens(config);
  checkDistances(config);
  checkSize(config);
  return config;
}

/** What is between the linears. `is_gated_act` and `dense_act_fn` say it once more: both must agree. */
function readProjection(keys: Keys): Pick<T5Config, 'activation' | 'gated'> {
  const projection = keys.feed_forward_proj;
  const gated = projection.startsWith('gated-');
  const activation = projection === 'gated-gelu' ? 'gelu_new' : projection.replace('gated-', '');
  if (keys.is_gated_act !== undefined && keys.is_gated_act !== gated) {
    throw configError(
      `is_gated_act is ${keys.is_gated_act}, although feed_forward_proj is "${projection}"`,
      `is_gated_act ${gated}, or none`,
    );
  }
  if (keys.dense_act_fn !== undefined && keys.dense_act_fn !== activation) {
    throw configError(
      `dense_act_fn is "${keys.dense_act_fn}", although feed_forward_proj is "${projection}"`,
      `dense_act_fn "${activation}", or none`,
    );
  }
  return { activation, gated };
}

function checkTokens({ vocabulary, padding, ends, start }: T5Config): void {
  const named: [string, number][] = [
    ['pad_token_id', padding],
    ...ends.map((end): [string, number] => ['eos_token_id', end]),
    ['decoder_start_token_id', start],
  ];
  for (const [key, id] of named) {
    if (id < vocabulary) continue;
    throw configError(
      `${key} is ${id}, which vocab_size ${vocabulary} does not hold`,
      `${key} from 0 to ${vocabulary - 1}`,
    );
  }
}

function checkDistances({ buckets, farthest }: T5Config): void {
  const single = Math.floor(buckets / 2);
  if (farthest > single) return;
  throw configError(
    `relative_attention_max_distance ${farthest} leaves nothing for distances beyond ${single}, ` +
      `half of relative_attention_num_buckets`,
    `relative_attention_max_distance from ${single + 1}`,
  );
}

function checkSize(config: T5Config): void {
  const { vocabulary, width, heads, headWidth, hidden, gated, encoderBlocks, decoderBlocks } = config;
  const attention = 4 * width * heads * headWidth;
  const mlp = (gated ? 3 : 2) * width * hidden;
  const blocks = encoderBlocks * (attention + mlp) + decoderBlocks * (2 * attention + mlp);
  const parameters = blocks + (config.tied ? 1 : 2) * vocabulary * width;
  if (parameters <= MOST_PARAMETERS) return;
  throw configError(
    `the sizes make a model of ${(parameters / 1e9).toFixed(1)} billion parameters`,
    `at most ${MOST_PARAMETERS / 1e9} billion: smaller d_model, d_kv, d_ff, num_heads, num_layers or vocab_size`,
  );
}
