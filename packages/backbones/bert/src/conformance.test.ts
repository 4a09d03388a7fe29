import type { JsonObject } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { describeBackbone } from '@mdpd/testing/describe-backbone';
import { beforeAll } from 'vitest';
import { bertProvider, distilbertProvider, robertaProvider } from './providers.ts';

const bert: JsonObject = {
  model_type: 'bert',
  vocab_size: 9,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 7,
};
const roberta: JsonObject = {
  ...bert,
  model_type: 'roberta',
  max_position_embeddings: 9,
  type_vocab_size: 1,
  pad_token_id: 1,
  layer_norm_eps: 1e-5,
};
const distilbert: JsonObject = {
  model_type: 'distilbert',
  vocab_size: 9,
  dim: 8,
  n_layers: 2,
  n_heads: 2,
  hidden_dim: 12,
  max_position_embeddings: 7,
};

const heads = (width: string, key: string, allowed: string): string =>
  `error BACKBONE_CONFIG at config.json\n  ${width} 30 is not divisible by ${key} 4\n  allowed: ${key} ${allowed}`;

beforeAll(() => useBackend('wasm'));

describeBackbone('bert', () => ({
  provider: bertProvider,
  configs: [
    bert,
    { ...bert, hidden_size: 12, num_attention_heads: 3, num_hidden_layers: 3, hidden_act: 'gelu_new' },
    { ...bert, type_vocab_size: 1, num_hidden_layers: 1, hidden_act: 'silu', pad_token_id: null },
  ],
  broken: [
    {
      config: { ...bert, hidden_size: 30, num_attention_heads: 4 },
      text: heads('hidden_size', 'num_attention_heads', '1, 2, 3, 5, 6, 10, 15, 30'),
    },
    {
      config: { ...bert, position_embedding_type: 'relative_key_query' },
      text:
        'error BACKBONE_CONFIG at config.json\n  position_embedding_type is "relative_key_query"\n' +
        '  allowed: absolute',
    },
  ],
}));

describeBackbone('roberta', () => ({
  provider: robertaProvider,
  configs: [
    roberta,
    { ...roberta, hidden_size: 12, num_attention_heads: 3, num_hidden_layers: 3, pad_token_id: 0 },
    { ...roberta, type_vocab_size: 2, num_hidden_layers: 1, pad_token_id: 4 },
  ],
  broken: [
    {
      config: { ...roberta, max_position_embeddings: 2 },
      text:
        'error BACKBONE_CONFIG at config.json\n  max_position_embeddings 2 leaves none for tokens: ' +
        "those up to pad_token_id 1 are padding's\n  allowed: max_position_embeddings from 3",
    },
  ],
}));

describeBackbone('distilbert', () => ({
  provider: distilbertProvider,
  configs: [
    distilbert,
    { ...distilbert, dim: 12, n_heads: 3, n_layers: 3, activation: 'gelu_new' },
    { ...distilbert, n_layers: 1, sinusoidal_pos_embds: true, initializer_range: 0.1 },
  ],
  broken: [
    {
      config: { ...distilbert, dim: 30, n_heads: 4 },
      text: heads('dim', 'n_heads', '1, 2, 3, 5, 6, 10, 15, 30'),
    },
  ],
}));
