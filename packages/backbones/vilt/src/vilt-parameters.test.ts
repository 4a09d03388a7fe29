import { describe, expect, it } from 'vitest';
import { createVilt } from './vilt-backbone.ts';
import { readViltConfig } from './vilt-config.ts';
import { canonicalName, viltParameters } from './vilt-parameters.ts';

describe('viltParameters', () => {
  it('with the head are those of dandelin/vilt-b32-finetuned-vqa', () => {
    const head = createVilt({}).head('vqa', 3129)!;
    const all = [...viltParameters(readViltConfig({})), ...head.parameters];
    const values = all.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    expect([all.length, values]).toEqual([212, 117_588_537]);
  });

  it('have the names of transformers, and the stage that reads them', () => {
    const config = readViltConfig({
      vocab_size: 9,
      hidden_size: 8,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      intermediate_size: 12,
      image_size: 8,
      patch_size: 4,
      qkv_bias: false,
    });
    const lines = viltParameters(config)
      .filter(({ stage }) => stage !== 1)
      .map(({ name, shape, kind, stage }) => `${name} [${shape.join(', ')}] ${kind} ${stage}`);
    expect(lines).toMatchInlineSnapshot(`
      [
        "vilt.embeddings.text_embeddings.word_embeddings.weight [9, 8] embedding embed",
        "vilt.embeddings.text_embeddings.position_embeddings.weight [40, 8] embedding embed",
        "vilt.embeddings.text_embeddings.token_type_embeddings.weight [2, 8] embedding embed",
        "vilt.embeddings.text_embeddings.LayerNorm.weight [8] norm embed",
        "vilt.embeddings.text_embeddings.LayerNorm.bias [8] norm embed",
        "vilt.embeddings.cls_token [1, 1, 8] embedding embed",
        "vilt.embeddings.position_embeddings [1, 5, 8] embedding embed",
        "vilt.embeddings.patch_embeddings.projection.weight [8, 3, 4, 4] weight embed",
        "vilt.embeddings.patch_embeddings.projection.bias [8] bias embed",
        "vilt.embeddings.token_type_embeddings.weight [2, 8] embedding embed",
        "vilt.encoder.layer.0.layernorm_before.weight [8] norm 0",
        "vilt.encoder.layer.0.layernorm_before.bias [8] norm 0",
        "vilt.encoder.layer.0.attention.attention.query.weight [8, 8] weight 0",
        "vilt.encoder.layer.0.attention.attention.key.weight [8, 8] weight 0",
        "vilt.encoder.layer.0.attention.attention.value.weight [8, 8] weight 0",
        "vilt.encoder.layer.0.attention.output.dense.weight [8, 8] weight 0",
        "vilt.encoder.layer.0.attention.output.dense.bias [8] bias 0",
        "vilt.encoder.layer.0.layernorm_after.weight [8] norm 0",
        "vilt.encoder.layer.0.layernorm_after.bias [8] norm 0",
        "vilt.encoder.layer.0.intermediate.dense.weight [12, 8] weight 0",
        "vilt.encoder.layer.0.intermediate.dense.bias [12] bias 0",
        "vilt.encoder.layer.0.output.dense.weight [8, 12] weight 0",
        "vilt.encoder.layer.0.output.dense.bias [8] bias 0",
        "vilt.layernorm.weight [8] norm finish",
        "vilt.layernorm.bias [8] norm finish",
      ]
    `);
  });

  it('do not depend on the canvas', () => {
    const wide = readViltConfig({ mdpd: { canvas: [384, 608] } });
    expect(viltParameters(wide)).toEqual(viltParameters(readViltConfig({})));
  });
});

describe('canonicalName', () => {
  it.each([
    ['vilt.embeddings.cls_token', 'vilt.embeddings.cls_token'],
    ['embeddings.position_embeddings', 'vilt.embeddings.position_embeddings'],
    ['encoder.layer.11.output.dense.bias', 'vilt.encoder.layer.11.output.dense.bias'],
    ['module.vilt.layernorm.weight', 'vilt.layernorm.weight'],
    ['pooler.dense.bias', 'vilt.pooler.dense.bias'],
    ['classifier.0.weight', 'classifier.0.weight'],
    ['rank_output.bias', 'rank_output.bias'],
    ['box_head.key.weight', 'box_head.key.weight'],
  ])('reads %s', (name, canonical) => {
    expect(canonicalName(name)).toBe(canonical);
  });

  it.each([
    'vilt.embeddings.text_embeddings.position_ids',
    'embeddings.text_embeddings.token_type_ids',
    'mlm_score.bias',
    'mlm_score.decoder.weight',
  ])('ignores %s', (name) => {
    expect(canonicalName(name)).toBeNull();
  });

  it.each(['vilt.unknown', 'side.gate', 'decoder.weight'])(
    'leaves %s as it is, for the reader to report',
    (name) => {
      expect(canonicalName(name)).toBe(name);
    },
  );
});
