import type { HeadKind, JsonObject } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { exportDifference } from '@mdpd/testing/backbone/export-difference';
import { sampleInput } from '@mdpd/testing/backbone/sample-input';
import { beforeAll, expect, it } from 'vitest';
import { imageMasks } from './testing/image-masks.ts';
import { viltProvider } from './vilt-provider.ts';

const config: JsonObject = {
  vocab_size: 19,
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 20,
  max_position_embeddings: 12,
  image_size: 12,
  patch_size: 4,
  mdpd: { canvas: [12, 16] },
};
const sizes = [1, 3].flatMap((batch) => [1, 4, 10].map((tokens) => ({ batch, tokens })));

beforeAll(() => useBackend('wasm'));

it.each<[HeadKind, number]>([
  ['vqa', 5],
  ['classification', 3],
  ['matching', 1],
  ['box', 4],
])('%s is one ONNX file for any number of examples and words', async (kind, outputs) => {
  const { inputs, differences } = await exportDifference(
    {
      provider: viltProvider,
      config,
      kind,
      outputs,
      input: (backbone, batch, seed) => ({
        ...sampleInput(19)(backbone, batch, seed),
        pixel_mask: imageMasks(backbone, batch, seed),
      }),
    },
    sizes,
  );
  expect([...inputs].sort()).toEqual([
    'attention_mask',
    'input_ids',
    'pixel_mask',
    'pixel_values',
    'token_type_ids',
  ]);
  expect(differences).toHaveLength(6);
  expect(Math.max(...differences)).toBeLessThan(1e-4);
});
