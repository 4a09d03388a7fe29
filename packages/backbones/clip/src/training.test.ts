import type { JsonObject } from '@mdpd/core';
import { trainingDifference } from '@mdpd/testing/backbone/training-difference';
import { expect, it } from 'vitest';
import { clipProvider } from './clip-provider.ts';

const tower = { num_attention_heads: 2, intermediate_size: 24, hidden_size: 16 };
const config: JsonObject = {
  projection_dim: 8,
  // Texts of the tiny task have no end: the largest id stands for them.
  text_config: {
    ...tower,
    vocab_size: 19,
    num_hidden_layers: 3,
    max_position_embeddings: 8,
    eos_token_id: 2,
  },
  vision_config: { ...tower, num_hidden_layers: 2, image_size: 8, patch_size: 4 },
};
const side = { reductionFactor: 2, heads: 2, context: 1 };
const feature = { mode: 'hierarchical', rank: 8, boundary: 1 };
const lora = { rank: 2, alpha: 2 };
const mdpd = { side, feature, unlabelled: { batchSize: 3 }, warmup: 0.3 };

it.each<[string, string, object]>([
  ['side', 'side', { side, feature }],
  ['mdpd, norm+head', 'mdpd', { ...mdpd, fade: { train: 'norm+head' } }],
  ['mdpd, norm+lora+head', 'mdpd', { ...mdpd, fade: { train: 'norm+lora+head', lora } }],
  ['full, block by block', 'full', { recompute: true }],
])('%s: 20 steps compiled are as on cpu, within 1e-4', async (_name, method, settings) => {
  const { far, tensors } = await trainingDifference({
    provider: clipProvider,
    config,
    vocabulary: 19,
    method,
    settings,
  });
  expect(far).toEqual({});
  expect(tensors).toBeGreaterThan(20);
});
