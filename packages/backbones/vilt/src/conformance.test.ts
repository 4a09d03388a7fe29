import type { JsonObject } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { sampleInput } from '@mdpd/testing/backbone/sample-input';
import { describeBackbone } from '@mdpd/testing/describe-backbone';
import { beforeAll } from 'vitest';
import { imageMasks } from './testing/image-masks.ts';
import { viltProvider } from './vilt-provider.ts';

const tiny: JsonObject = {
  model_type: 'vilt',
  vocab_size: 9,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 6,
  image_size: 8,
  patch_size: 4,
};

beforeAll(() => useBackend('wasm'));

describeBackbone('vilt', () => ({
  provider: viltProvider,
  // Whatever lies outside of an image is not zero.
  input: (backbone, batch, seed) => ({
    ...sampleInput(9)(backbone, batch, seed),
    pixel_mask: imageMasks(backbone, batch, seed),
  }),
  configs: [
    tiny,
    {
      ...tiny,
      hidden_size: 12,
      num_attention_heads: 3,
      num_hidden_layers: 3,
      hidden_act: 'gelu_new',
      mdpd: { canvas: [8, 12] },
    },
    {
      ...tiny,
      num_channels: 1,
      image_size: 6,
      patch_size: 2,
      qkv_bias: false,
      num_hidden_layers: 1,
      type_vocab_size: 1,
      modality_type_vocab_size: 3,
      pad_token_id: 0,
      mdpd: { canvas: [8, 6] },
    },
  ],
  broken: [
    {
      config: { ...tiny, hidden_size: 30, num_attention_heads: 4 },
      text:
        'error BACKBONE_CONFIG at config.json\n  hidden_size 30 is not divisible by num_attention_heads 4\n' +
        '  allowed: num_attention_heads 1, 2, 3, 5, 6, 10, 15, 30',
    },
    {
      config: { ...tiny, mdpd: { canvas: [8, 10] } },
      text:
        'error BACKBONE_CONFIG at config.json\n  mdpd.canvas width 10 is not divisible by patch_size 4\n' +
        '  allowed: a multiple of 4, such as 8 or 12',
    },
    {
      config: { ...tiny, image_size: [8, 8] },
      text:
        'error BACKBONE_CONFIG at config.json\n  image_size is [8,8]\n' +
        '  allowed: an integer from 1 to 16384',
    },
  ],
}));
