import type { JsonObject } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { describeBackbone } from '@mdpd/testing/describe-backbone';
import { beforeAll } from 'vitest';
import { vitProvider } from './vit-provider.ts';

const tiny: JsonObject = {
  model_type: 'vit',
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  image_size: 8,
  patch_size: 4,
  num_channels: 3,
};

beforeAll(() => useBackend('wasm'));

describeBackbone('vit', () => ({
  provider: vitProvider,
  configs: [
    tiny,
    { ...tiny, hidden_size: 12, num_attention_heads: 3, num_hidden_layers: 3, hidden_act: 'gelu_new' },
    { ...tiny, num_channels: 1, image_size: [8, 12], qkv_bias: false, num_hidden_layers: 1 },
  ],
  broken: [
    {
      config: { ...tiny, hidden_size: 30, num_attention_heads: 4 },
      text:
        'error BACKBONE_CONFIG at config.json\n  hidden_size 30 is not divisible by num_attention_heads 4\n' +
        '  allowed: num_attention_heads 1, 2, 3, 5, 6, 10, 15, 30',
    },
    {
      config: { ...tiny, image_size: 9 },
      text:
        'error BACKBONE_CONFIG at config.json\n  image_size 9 (height) is not divisible by patch_size 4\n' +
        '  allowed: a multiple of 4, such as 8 or 12',
    },
  ],
}));
