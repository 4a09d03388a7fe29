import { formatError, MdpdError, type JsonObject } from '@mdpd/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBertConfig, readRobertaConfig } from './bert-config.ts';
import { readDistilbertConfig } from './distilbert-config.ts';
import { mostTokens } from './text-config.ts';

/** The text that the command line prints for a bad configuration. */
function errorText(read: (json: JsonObject) => unknown, json: JsonObject): string {
  try {
    read(json);
  } catch (error) {
    if (error instanceof MdpdError) return formatError(error);
    throw error;
  }
  return 'no error';
}

const base = {
  positions: 512,
  padding: 0,
  width: 768,
  heads: 12,
  hidden: 3072,
  activation: 'gelu',
  epsilon: 1e-12,
  initializerRange: 0.02,
  sinusoidal: false,
  tied: true,
};

describe('configurations', () => {
  it('have the defaults of Hugging Face', () => {
    expect(readBertConfig({})).toEqual({
      ...base,
      vocabulary: 30_522,
      firstPosition: 0,
      types: 2,
      blocks: 12,
    });
    expect(readRobertaConfig({})).toEqual({
      ...base,
      vocabulary: 50_265,
      padding: 1,
      firstPosition: 2,
      types: 2,
      blocks: 12,
    });
    expect(readDistilbertConfig({})).toEqual({
      ...base,
      vocabulary: 30_522,
      firstPosition: 0,
      types: 0,
      blocks: 6,
    });
  });

  it('are read with every key, and pass over keys that they do not know', () => {
    const keys = {
      vocab_size: 100,
      hidden_size: 24,
      num_hidden_layers: 3,
      num_attention_heads: 4,
      intermediate_size: 50,
      hidden_act: 'gelu_new',
      layer_norm_eps: 1e-5,
      max_position_embeddings: 34,
      type_vocab_size: 1,
      pad_token_id: 3,
      initializer_range: 0.1,
      tie_word_embeddings: false,
      is_decoder: false,
      position_embedding_type: 'absolute',
      something_new: { a: [1] },
    };
    const read = {
      vocabulary: 100,
      positions: 34,
      types: 1,
      padding: 3,
      width: 24,
      blocks: 3,
      heads: 4,
      hidden: 50,
      activation: 'gelu_new',
      epsilon: 1e-5,
      initializerRange: 0.1,
      sinusoidal: false,
      tied: false,
    };
    expect(readBertConfig({ ...keys, model_type: 'bert' })).toEqual({ ...read, firstPosition: 0 });
    expect(readRobertaConfig({ ...keys, model_type: 'roberta' })).toEqual({ ...read, firstPosition: 4 });
    expect(readBertConfig({ pad_token_id: null }).padding).toBeNull();
    const distil = {
      model_type: 'distilbert',
      vocab_size: 100,
      dim: 24,
      n_layers: 3,
      n_heads: 4,
      hidden_dim: 50,
      activation: 'relu',
      max_position_embeddings: 34,
      pad_token_id: null,
      initializer_range: 0.1,
      sinusoidal_pos_embds: true,
    };
    expect(readDistilbertConfig(distil)).toEqual({
      ...read,
      activation: 'relu',
      epsilon: 1e-12,
      firstPosition: 0,
      types: 0,
      padding: null,
      sinusoidal: true,
      tied: true,
    });
  });

  it('say how many tokens there can be: RoBERTa keeps positions for padding', () => {
    expect(mostTokens(readBertConfig({}))).toBe(512);
    expect(mostTokens(readRobertaConfig({ max_position_embeddings: 514 }))).toBe(512);
    expect(mostTokens(readDistilbertConfig({ max_position_embeddings: 40 }))).toBe(40);
  });
});

const activations = 'gelu, gelu_new, quick_gelu, relu, silu, tanh';

describe.each([
  ['BERT', readBertConfig],
  ['RoBERTa', readRobertaConfig],
] as const)('%s', (_name, read) => {
  it.each([
    [{ hidden_size: 0 }, 'hidden_size is 0', 'an integer from 1 to 65536'],
    [{ vocab_size: 1e300 }, 'vocab_size is 1e+300', 'an integer from 1 to 10000000'],
    [{ num_hidden_layers: 1.5 }, 'num_hidden_layers is 1.5', 'an integer from 1 to 1024'],
    [{ num_attention_heads: null }, 'num_attention_heads is null', 'an integer from 1 to 1024'],
    [{ intermediate_size: '3072' }, 'intermediate_size is "3072"', 'an integer from 1 to 1048576'],
    [{ type_vocab_size: 0 }, 'type_vocab_size is 0', 'an integer from 1 to 1024'],
    [{ max_position_embeddings: -1 }, 'max_position_embeddings is -1', 'an integer from 1 to 1048576'],
    [{ layer_norm_eps: 0 }, 'layer_norm_eps is 0', 'a number above 0, at most 1'],
    [{ initializer_range: 2 }, 'initializer_range is 2', 'a number above 0, at most 1'],
    [{ tie_word_embeddings: 1 }, 'tie_word_embeddings is 1', 'true or false'],
    [{ position_embedding_type: 'relative_key' }, 'position_embedding_type is "relative_key"', 'absolute'],
    [{ is_decoder: true }, 'is_decoder is true', 'false: an encoder'],
    [{ add_cross_attention: true }, 'add_cross_attention is true', 'false: an encoder'],
    [
      { hidden_size: 100, num_attention_heads: 3 },
      'hidden_size 100 is not divisible by num_attention_heads 3',
      'num_attention_heads 1, 2, 4, 5, 10, 20, 25, 50',
    ],
    [
      { vocab_size: 7, pad_token_id: 7 },
      'pad_token_id is 7, which vocab_size 7 does not hold',
      'pad_token_id from 0 to 6',
    ],
    [
      { hidden_size: 8192, num_attention_heads: 64, intermediate_size: 1e6 },
      'the sizes make a model of 200.1 billion parameters',
      'at most 4 billion: smaller hidden_size, intermediate_size, num_hidden_layers or vocab_size',
    ],
  ])('refuses %j', (json, message, allowed) => {
    expect(errorText(read, json as JsonObject)).toMatch(
      new RegExp(
        `^error BACKBONE_CONFIG at config.json\n  ${escape(message).replace('200\\.1', '200\\.\\d')}\n  allowed: ${escape(allowed)}$`,
      ),
    );
  });

  it('suggests the nearest activation', () => {
    expect(errorText(read, { hidden_act: 'gelu-new' })).toBe(
      `error BACKBONE_CONFIG at config.json\n  hidden_act is "gelu-new"\n  allowed: ${activations}\n` +
        '  fix: did you mean "gelu_new"?',
    );
  });
});

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

describe('configurations of one family', () => {
  it.each([
    [readBertConfig, { model_type: 'roberta' }, 'model_type is "roberta"', 'bert'],
    [readRobertaConfig, { model_type: 'bert' }, 'model_type is "bert"', 'roberta'],
    [readDistilbertConfig, { model_type: 'bert' }, 'model_type is "bert"', 'distilbert'],
    [readBertConfig, { pad_token_id: -1 }, 'pad_token_id is -1', 'an integer from 0 to 10000000, or null'],
    [readRobertaConfig, { pad_token_id: null }, 'pad_token_id is null', 'an integer from 0 to 1048576'],
    [
      readRobertaConfig,
      { max_position_embeddings: 2 },
      "max_position_embeddings 2 leaves none for tokens: those up to pad_token_id 1 are padding's",
      'max_position_embeddings from 3',
    ],
    [readDistilbertConfig, { dim: 0 }, 'dim is 0', 'an integer from 1 to 65536'],
    [readDistilbertConfig, { activation: 'threshold' }, 'activation is "threshold"', activations],
    [readDistilbertConfig, { sinusoidal_pos_embds: 'no' }, 'sinusoidal_pos_embds is "no"', 'true or false'],
    [
      readDistilbertConfig,
      { dim: 15, n_heads: 2 },
      'dim 15 is not divisible by n_heads 2',
      'n_heads 1, 3, 5, 15',
    ],
  ])('are refused: %o %j', (read, json, message, allowed) => {
    expect(errorText(read, json)).toBe(
      `error BACKBONE_CONFIG at config.json\n  ${message}\n  allowed: ${allowed}`,
    );
  });

  it('give a configuration or an MdpdError, whatever the JSON', () => {
    const key = fc.constantFrom(
      'hidden_size',
      'dim',
      'vocab_size',
      'n_heads',
      'num_attention_heads',
      'pad_token_id',
      'hidden_act',
      'activation',
      'max_position_embeddings',
      'is_decoder',
    );
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), (json) => {
        for (const read of [readBertConfig, readRobertaConfig, readDistilbertConfig]) {
          expect(errorText(read, json as JsonObject)).toMatch(
            /^(no error$|error BACKBONE_CONFIG at config.json\n)/,
          );
        }
      }),
    );
  });
});
