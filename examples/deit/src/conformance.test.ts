import { describeBackbone } from '@mdpd/testing/describe-backbone';
import { deitProvider } from './deit-provider.ts';

const tiny = {
  model_type: 'deit',
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 12,
  image_size: 8,
  patch_size: 4,
  num_channels: 3,
};

describeBackbone('deit', () => ({
  provider: deitProvider,
  configs: [
    tiny,
    { ...tiny, hidden_size: 12, num_attention_heads: 3, num_hidden_layers: 3, hidden_act: 'gelu_new' },
    { ...tiny, num_channels: 1, image_size: 12, qkv_bias: false, num_hidden_layers: 1 },
  ],
  broken: [
    {
      config: { ...tiny, num_attention_heads: 3 },
      text:
        'error BACKBONE_CONFIG at config.json\n  hidden_size 8 is not divisible by num_attention_heads 3\n' +
        '  allowed: a multiple of 3',
    },
    {
      config: { ...tiny, image_size: 9 },
      text:
        'error BACKBONE_CONFIG at config.json\n  image_size 9 is not divisible by patch_size 4\n' +
        '  allowed: a multiple of 4, such as 8 or 12',
    },
  ],
}));
