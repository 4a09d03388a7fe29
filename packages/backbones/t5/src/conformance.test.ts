import type { JsonObject } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { describeBackbone } from '@mdpd/testing/describe-backbone';
import { beforeAll } from 'vitest';
import { t5Provider } from './provider.ts';

const t5: JsonObject = {
  model_type: 't5',
  vocab_size: 9,
  d_model: 8,
  d_kv: 3,
  d_ff: 12,
  // Finite differences do not see the corners of relu; the oracles have it.
  feed_forward_proj: 'tanh',
  num_layers: 2,
  num_heads: 2,
  relative_attention_num_buckets: 4,
  relative_attention_max_distance: 5,
  n_positions: 7,
};

beforeAll(() => useBackend('wasm'));

describeBackbone('t5', () => ({
  provider: t5Provider,
  configs: [
    t5,
    { ...t5, feed_forward_proj: 'gated-gelu', tie_word_embeddings: false, num_decoder_layers: 1 },
    {
      ...t5,
      d_model: 12,
      d_kv: 4,
      num_heads: 3,
      num_layers: 1,
      num_decoder_layers: 2,
      feed_forward_proj: 'silu',
    },
  ],
  broken: [
    {
      config: { ...t5, feed_forward_proj: 'gated-glu' },
      text:
        'error BACKBONE_CONFIG at config.json\n  feed_forward_proj is "gated-glu"\n  allowed: gelu, gated-gelu, ' +
        'gelu_new, gated-gelu_new, quick_gelu, gated-quick_gelu, relu, gated-relu, silu, gated-silu, tanh, gated-tanh\n' +
        '  fix: did you mean "gated-gelu"?',
    },
    {
      config: { ...t5, d_kv: 0 },
      text: 'error BACKBONE_CONFIG at config.json\n  d_kv is 0\n  allowed: an integer from 1 to 65536',
    },
  ],
}));
