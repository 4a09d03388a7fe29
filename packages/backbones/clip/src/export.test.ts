import type { HeadKind, JsonObject } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { exportDifference } from '@mdpd/testing/backbone/export-difference';
import { sampleInput } from '@mdpd/testing/backbone/sample-input';
import { beforeAll, expect, it } from 'vitest';
import { clipProvider } from './clip-provider.ts';

const text: JsonObject = {
  vocab_size: 19,
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 20,
  max_position_embeddings: 12,
  eos_token_id: 11,
};
const vision: JsonObject = {
  hidden_size: 16,
  num_hidden_layers: 3,
  num_attention_heads: 2,
  intermediate_size: 24,
  image_size: 12,
  patch_size: 4,
};
const sizes = [1, 3].flatMap((batch) => [1, 4, 10].map((tokens) => ({ batch, tokens })));
const heads: [HeadKind, number][] = [
  ['embeddings', 20],
  ['vqa', 5],
  ['classification', 3],
  ['matching', 1],
  ['box', 4],
];

beforeAll(() => useBackend('wasm'));

it.each(heads.flatMap(([kind, outputs]) => [11, 2].map((end) => [kind, outputs, end] as const)))(
  '%s (%i, end %i) is one ONNX file for any number of examples and words',
  async (kind, outputs, end) => {
    const config = {
      projection_dim: 10,
      text_config: { ...text, eos_token_id: end },
      vision_config: vision,
    };
    const {
      inputs,
      outputs: given,
      differences,
    } = await exportDifference(
      { provider: clipProvider, config, kind, outputs, input: sampleInput(19) },
      sizes,
    );
    expect([...inputs].sort()).toEqual(['attention_mask', 'input_ids', 'pixel_values']);
    // Hugging Face's export of CLIPModel has these, in this order.
    const similarities = ['logits_per_image', 'logits_per_text', 'text_embeds', 'image_embeds'];
    expect(given).toEqual(kind === 'embeddings' ? similarities : ['logits']);
    expect(differences).toHaveLength(6);
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  },
);
