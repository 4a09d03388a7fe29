import { formatError, MdpdError, type JsonObject } from '@mdpd/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readT5Config } from './t5-config.ts';

/** The text that the command line prints for a bad configuration. */
function errorText(json: JsonObject): string {
  try {
    readT5Config(json);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'no error';
}

const small = {
  vocabulary: 32_128,
  width: 512,
  heads: 8,
  headWidth: 64,
  hidden: 2048,
  encoderBlocks: 6,
  decoderBlocks: 6,
  buckets: 32,
  farthest: 128,
  activation: 'relu',
  gated: false,
  epsilon: 1e-6,
  initializerFactor: 1,
  tokens: 512,
  tied: true,
  scaled: true,
  padding: 0,
  ends: [1],
  start: 0,
};

describe('the configuration', () => {
  it('has the defaults of Hugging Face: those of t5-small', () => {
    expect(readT5Config({})).toEqual(small);
  });

  it('is read with every key, and passes over keys that it does not know, dropout among them', () => {
    const json = {
      model_type: 't5',
      vocab_size: 100,
      d_model: 24,
      d_kv: 5,
      d_ff: 50,
      num_layers: 3,
      num_decoder_layers: 2,
      num_heads: 4,
      relative_attention_num_buckets: 12,
      relative_attention_max_distance: 40,
      feed_forward_proj: 'gated-silu',
      is_gated_act: true,
      dense_act_fn: 'silu',
      layer_norm_epsilon: 1e-5,
      initializer_factor: 0.5,
      n_positions: 64,
      tie_word_embeddings: false,
      pad_token_id: 2,
      eos_token_id: [3, 4],
      decoder_start_token_id: 5,
      dropout_rate: 0.3,
      classifier_dropout: 0.1,
      task_specific_params: { a: [1] },
    };
    expect(readT5Config(json)).toEqual({
      vocabulary: 100,
      width: 24,
      heads: 4,
      headWidth: 5,
      hidden: 50,
      encoderBlocks: 3,
      decoderBlocks: 2,
      buckets: 12,
      farthest: 40,
      activation: 'silu',
      gated: true,
      epsilon: 1e-5,
      initializerFactor: 0.5,
      tokens: 64,
      tied: false,
      scaled: false,
      padding: 2,
      ends: [3, 4],
      start: 5,
    });
  });

  it('of published models is what they are', () => {
    // google-t5/t5-base: no feed_forward_proj, no max_distance, as many decoder blocks.
    const base = { d_model: 768, d_ff: 3072, num_layers: 12, num_heads: 12, n_positions: 512 };
    expect(readT5Config(base)).toMatchObject({ decoderBlocks: 12, activation: 'relu', tied: true });
    // google/t5-v1_1-base and google/flan-t5-base.
    const newer = { ...base, d_ff: 2048, feed_forward_proj: 'gated-gelu', tie_word_embeddings: false };
    expect(readT5Config(newer)).toMatchObject({
      activation: 'gelu_new',
      gated: true,
      tied: false,
      scaled: false,
    });
    // google-t5/t5-11b: its heads are wider together than the model.
    const large = { d_model: 1024, d_ff: 65_536, d_kv: 128, num_heads: 128, num_layers: 24 };
    expect(readT5Config(large)).toMatchObject({ width: 1024, heads: 128, headWidth: 128 });
  });

  it.each([
    [{}, true, true],
    [{ tie_word_embeddings: true }, true, true],
    [{ tie_word_embeddings: false }, false, false],
    // As version 5 of transformers saves them.
    [{ tie_word_embeddings: true, scale_decoder_outputs: true }, true, true],
    [{ tie_word_embeddings: true, scale_decoder_outputs: false }, false, false],
    [{ tie_word_embeddings: false, scale_decoder_outputs: true }, false, true],
  ])('says of %j whether the last matrix is tied (%s), and outputs scaled (%s)', (json, tied, scaled) => {
    expect(readT5Config(json)).toMatchObject({ tied, scaled });
  });

  it('takes null where transformers writes it', () => {
    const json = { num_decoder_layers: null, decoder_start_token_id: null, num_layers: 4, pad_token_id: 7 };
    expect(readT5Config(json)).toMatchObject({ decoderBlocks: 4, start: 7 });
  });
});

const activations = 'gelu, gelu_new, quick_gelu, relu, silu, tanh';
const projections = activations
  .split(', ')
  .flatMap((name) => [name, `gated-${name}`])
  .join(', ');

describe('a wrong configuration', () => {
  it.each([
    [{ model_type: 'mt5' }, 'model_type is "mt5"', 't5'],
    [{ d_model: 0 }, 'd_model is 0', 'an integer from 1 to 65536'],
    [{ d_kv: 6.5 }, 'd_kv is 6.5', 'an integer from 1 to 65536'],
    [{ d_ff: '2048' }, 'd_ff is "2048"', 'an integer from 1 to 1048576'],
    [{ vocab_size: 1e300 }, 'vocab_size is 1e+300', 'an integer from 1 to 10000000'],
    [{ num_heads: null }, 'num_heads is null', 'an integer from 1 to 1024'],
    [{ num_layers: -1 }, 'num_layers is -1', 'an integer from 1 to 1024'],
    [
      { num_decoder_layers: 0 },
      'num_decoder_layers is 0',
      'an integer from 1 to 1024, or null: as many as num_layers',
    ],
    [{ layer_norm_epsilon: 0 }, 'layer_norm_epsilon is 0', 'a number above 0, at most 1'],
    [{ initializer_factor: -1 }, 'initializer_factor is -1', 'a number above 0, at most 1000'],
    [{ n_positions: 0 }, 'n_positions is 0', 'an integer from 1 to 65536'],
    [{ tie_word_embeddings: 1 }, 'tie_word_embeddings is 1', 'true or false'],
    [{ scale_decoder_outputs: 'no' }, 'scale_decoder_outputs is "no"', 'true or false'],
    [{ is_encoder_decoder: false }, 'is_encoder_decoder is false', 'true: an encoder and a decoder'],
    [{ is_decoder: true }, 'is_decoder is true', 'false: an encoder and a decoder'],
    [{ eos_token_id: [] }, 'eos_token_id is []', 'an integer from 0 to 10000000, or a list of them'],
    [{ pad_token_id: null }, 'pad_token_id is null', 'an integer from 0 to 10000000'],
    [
      { decoder_start_token_id: 'pad' },
      'decoder_start_token_id is "pad"',
      'an integer from 0 to 10000000, or null: pad_token_id',
    ],
    [
      { feed_forward_proj: 'gated-relu', is_gated_act: false },
      'is_gated_act is false, although feed_forward_proj is "gated-relu"',
      'is_gated_act true, or none',
    ],
    [
      { feed_forward_proj: 'gated-gelu', dense_act_fn: 'gelu' },
      'dense_act_fn is "gelu", although feed_forward_proj is "gated-gelu"',
      'dense_act_fn "gelu_new", or none',
    ],
    [
      { vocab_size: 7, pad_token_id: 7 },
      'pad_token_id is 7, which vocab_size 7 does not hold',
      'pad_token_id from 0 to 6',
    ],
    [
      { vocab_size: 7, eos_token_id: [1, 9] },
      'eos_token_id is 9, which vocab_size 7 does not hold',
      'eos_token_id from 0 to 6',
    ],
    [
      { vocab_size: 7, decoder_start_token_id: 8 },
      'decoder_start_token_id is 8, which vocab_size 7 does not hold',
      'decoder_start_token_id from 0 to 6',
    ],
    [
      { relative_attention_num_buckets: 3 },
      'relative_attention_num_buckets is 3',
      'an integer from 4 to 65536',
    ],
    [
      { relative_attention_num_buckets: 64, relative_attention_max_distance: 32 },
      'relative_attention_max_distance 32 leaves nothing for distances beyond 32, half of relative_attention_num_buckets',
      'relative_attention_max_distance from 33',
    ],
    [
      { d_model: 8192, d_ff: 1e6, num_layers: 24 },
      'the sizes make a model of 787.9 billion parameters',
      'at most 13 billion: smaller d_model, d_kv, d_ff, num_heads, num_layers or vocab_size',
    ],
  ])('is refused: %j', (json, message, allowed) => {
    expect(errorText(json as JsonObject)).toBe(
      `error BACKBONE_CONFIG at config.json\n  ${message}\n  allowed: ${allowed}`,
    );
  });

  it.each([
    [{ feed_forward_proj: 'gated_gelu' }, 'feed_forward_proj is "gated_gelu"', projections, '"gated-gelu"'],
    [{ dense_act_fn: 'gelu-new' }, 'dense_act_fn is "gelu-new"', activations, '"gelu_new"'],
  ])('is told the nearest name: %j', (json, message, allowed, nearest) => {
    expect(errorText(json)).toBe(
      `error BACKBONE_CONFIG at config.json\n  ${message}\n  allowed: ${allowed}\n  fix: did you mean ${nearest}?`,
    );
  });

  it('gives a configuration or an MdpdError, whatever the JSON', () => {
    const key = fc.constantFrom(
      'd_model',
      'd_kv',
      'num_layers',
      'num_decoder_layers',
      'feed_forward_proj',
      'is_gated_act',
      'eos_token_id',
      'tie_word_embeddings',
      'relative_attention_num_buckets',
      'relative_attention_max_distance',
    );
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), (json) => {
        expect(errorText(json as JsonObject)).toMatch(/^(no error$|error BACKBONE_CONFIG at config.json\n)/);
      }),
    );
  });
});
