import type { JsonObject } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { describeBackbone } from '@mdpd/testing/describe-backbone';
import { beforeAll } from 'vitest';
import { clipProvider } from './clip-provider.ts';

const text: JsonObject = {
  vocab_size: 9,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 6,
  eos_token_id: 8,
};
const image: JsonObject = {
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 16,
  image_size: 8,
  patch_size: 4,
};
const tiny: JsonObject = { model_type: 'clip', projection_dim: 6, text_config: text, vision_config: image };

beforeAll(() => useBackend('wasm'));

describeBackbone('clip', () => ({
  provider: clipProvider,
  vocabulary: () => 9,
  configs: [
    tiny,
    {
      ...tiny,
      text_config: { ...text, num_hidden_layers: 1, eos_token_id: 2 },
      vision_config: { ...image, num_hidden_layers: 3, hidden_act: 'gelu' },
    },
    {
      ...tiny,
      projection_dim: 7,
      text_config: { ...text, num_hidden_layers: 3, hidden_act: 'gelu_new' },
      vision_config: {
        ...image,
        num_hidden_layers: 1,
        num_channels: 1,
        patch_size: 2,
        hidden_size: 8,
        num_attention_heads: 1,
      },
    },
  ],
  broken: [
    {
      config: { ...tiny, vision_config: { ...image, hidden_size: 30, num_attention_heads: 4 } },
      text:
        'error BACKBONE_CONFIG at config.json\n' +
        '  vision_config: hidden_size 30 is not divisible by num_attention_heads 4\n' +
        '  allowed: num_attention_heads 1, 2, 3, 5, 6, 10, 15, 30',
    },
    {
      config: { ...tiny, text_config: { ...text, eos_token_id: 9 } },
      text:
        'error BACKBONE_CONFIG at config.json\n' +
        '  text_config.eos_token_id is 9, which vocab_size 9 does not hold\n' +
        '  allowed: eos_token_id from 0 to 8; 2 means the largest id of a text\n' +
        '  fix: take the id of <|endoftext|> of the tokenizer',
    },
    {
      config: { ...tiny, vision_config: { ...image, hidden_act: 'quick_glu' } },
      text:
        'error BACKBONE_CONFIG at config.json\n  vision_config.hidden_act is "quick_glu"\n' +
        '  allowed: gelu, gelu_new, quick_gelu, relu, silu, tanh\n  fix: did you mean "quick_gelu"?',
    },
  ],
}));
