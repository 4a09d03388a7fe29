import type { JsonObject, ParameterSpec } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { t5Provider } from './provider.ts';

const specsOf = (json: JsonObject): ParameterSpec[] => {
  const backbone = t5Provider.create(json);
  return [...backbone.parameters, ...backbone.head('seq2seq', 1)!.parameters];
};
const sizeOf = (specs: readonly ParameterSpec[]): number =>
  specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);

const base = { d_model: 768, d_ff: 3072, num_layers: 12, num_heads: 12 };
const v1_1 = { feed_forward_proj: 'gated-gelu', tie_word_embeddings: false };

describe('parameters', () => {
  it.each<[string, JsonObject, number, number]>([
    ['google-t5/t5-small', {}, 60_506_624, 131],
    ['google-t5/t5-base', base, 222_903_552, 257],
    [
      'google-t5/t5-large',
      { ...base, d_model: 1024, d_ff: 4096, num_layers: 24, num_heads: 16 },
      737_668_096,
      509,
    ],
    [
      'google-t5/t5-3b',
      { d_model: 1024, d_ff: 16_384, d_kv: 128, num_layers: 24, num_heads: 32 },
      2_851_598_336,
      509,
    ],
    ['google/t5-v1_1-base', { ...base, d_ff: 2048, ...v1_1 }, 247_577_856, 282],
  ])('are those of %s', (_name, json, size, count) => {
    const specs = specsOf(json);
    expect([sizeOf(specs), specs.length]).toEqual([size, count]);
  });

  it('have the names of transformers, and the stage that reads them', () => {
    const specs = specsOf({
      vocab_size: 9,
      d_model: 8,
      d_kv: 3,
      d_ff: 12,
      num_layers: 2,
      num_decoder_layers: 1,
      num_heads: 2,
      ...v1_1,
    });
    const lines = specs.map(
      ({ name, shape, kind, stage }) => `${name} [${shape.join(', ')}] ${kind} ${stage}`,
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "shared.weight [9, 8] embedding embed",
        "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight [32, 2] embedding embed",
        "encoder.block.0.layer.0.SelfAttention.q.weight [6, 8] weight 0",
        "encoder.block.0.layer.0.SelfAttention.k.weight [6, 8] weight 0",
        "encoder.block.0.layer.0.SelfAttention.v.weight [6, 8] weight 0",
        "encoder.block.0.layer.0.SelfAttention.o.weight [8, 6] weight 0",
        "encoder.block.0.layer.0.layer_norm.weight [8] norm 0",
        "encoder.block.0.layer.1.DenseReluDense.wi_0.weight [12, 8] weight 0",
        "encoder.block.0.layer.1.DenseReluDense.wi_1.weight [12, 8] weight 0",
        "encoder.block.0.layer.1.DenseReluDense.wo.weight [8, 12] weight 0",
        "encoder.block.0.layer.1.layer_norm.weight [8] norm 0",
        "encoder.block.1.layer.0.SelfAttention.q.weight [6, 8] weight 1",
        "encoder.block.1.layer.0.SelfAttention.k.weight [6, 8] weight 1",
        "encoder.block.1.layer.0.SelfAttention.v.weight [6, 8] weight 1",
        "encoder.block.1.layer.0.SelfAttention.o.weight [8, 6] weight 1",
        "encoder.block.1.layer.0.layer_norm.weight [8] norm 1",
        "encoder.block.1.layer.1.DenseReluDense.wi_0.weight [12, 8] weight 1",
        "encoder.block.1.layer.1.DenseReluDense.wi_1.weight [12, 8] weight 1",
        "encoder.block.1.layer.1.DenseReluDense.wo.weight [8, 12] weight 1",
        "encoder.block.1.layer.1.layer_norm.weight [8] norm 1",
        "encoder.final_layer_norm.weight [8] norm 1",
        "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight [32, 2] embedding embed",
        "decoder.block.0.layer.0.SelfAttention.q.weight [6, 8] weight 2",
        "decoder.block.0.layer.0.SelfAttention.k.weight [6, 8] weight 2",
        "decoder.block.0.layer.0.SelfAttention.v.weight [6, 8] weight 2",
        "decoder.block.0.layer.0.SelfAttention.o.weight [8, 6] weight 2",
        "decoder.block.0.layer.0.layer_norm.weight [8] norm 2",
        "decoder.block.0.layer.1.EncDecAttention.q.weight [6, 8] weight 2",
        "decoder.block.0.layer.1.EncDecAttention.k.weight [6, 8] weight 2",
        "decoder.block.0.layer.1.EncDecAttention.v.weight [6, 8] weight 2",
        "decoder.block.0.layer.1.EncDecAttention.o.weight [8, 6] weight 2",
        "decoder.block.0.layer.1.layer_norm.weight [8] norm 2",
        "decoder.block.0.layer.2.DenseReluDense.wi_0.weight [12, 8] weight 2",
        "decoder.block.0.layer.2.DenseReluDense.wi_1.weight [12, 8] weight 2",
        "decoder.block.0.layer.2.DenseReluDense.wo.weight [8, 12] weight 2",
        "decoder.block.0.layer.2.layer_norm.weight [8] norm 2",
        "decoder.final_layer_norm.weight [8] norm finish",
        "lm_head.weight [9, 8] weight head",
      ]
    `);
  });
});
