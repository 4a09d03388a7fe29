import { describe, expect, it } from 'vitest';
import { readVitConfig } from './vit-config.ts';
import { canonicalName, headParameters, vitParameters } from './vit-parameters.ts';

describe('vitParameters', () => {
  it('are those of google/vit-base-patch16-224-in21k without its pooler', () => {
    const parameters = vitParameters(readVitConfig({}));
    const values = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    const pooler = 768 * 768 + 768;
    expect(parameters).toHaveLength(200 - 2);
    expect(values).toBe(86_389_248 - pooler);
  });

  it('have the names of transformers, and the stage that reads them', () => {
    const config = readVitConfig({
      hidden_size: 8,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      intermediate_size: 12,
      image_size: [8, 12],
      patch_size: [4, 2],
    });
    const lines = vitParameters(config)
      .filter(({ stage }) => stage !== 1)
      .map(({ name, shape, kind, stage }) => `${name} [${shape.join(', ')}] ${kind} ${stage}`);
    expect(lines).toMatchInlineSnapshot(`
      [
        "vit.embeddings.cls_token [1, 1, 8] embedding embed",
        "vit.embeddings.position_embeddings [1, 13, 8] embedding embed",
        "vit.embeddings.patch_embeddings.projection.weight [8, 3, 4, 2] weight embed",
        "vit.embeddings.patch_embeddings.projection.bias [8] bias embed",
        "vit.encoder.layer.0.layernorm_before.weight [8] norm 0",
        "vit.encoder.layer.0.layernorm_before.bias [8] norm 0",
        "vit.encoder.layer.0.attention.attention.query.weight [8, 8] weight 0",
        "vit.encoder.layer.0.attention.attention.query.bias [8] bias 0",
        "vit.encoder.layer.0.attention.attention.key.weight [8, 8] weight 0",
        "vit.encoder.layer.0.attention.attention.key.bias [8] bias 0",
        "vit.encoder.layer.0.attention.attention.value.weight [8, 8] weight 0",
        "vit.encoder.layer.0.attention.attention.value.bias [8] bias 0",
        "vit.encoder.layer.0.attention.output.dense.weight [8, 8] weight 0",
        "vit.encoder.layer.0.attention.output.dense.bias [8] bias 0",
        "vit.encoder.layer.0.layernorm_after.weight [8] norm 0",
        "vit.encoder.layer.0.layernorm_after.bias [8] norm 0",
        "vit.encoder.layer.0.intermediate.dense.weight [12, 8] weight 0",
        "vit.encoder.layer.0.intermediate.dense.bias [12] bias 0",
        "vit.encoder.layer.0.output.dense.weight [8, 12] weight 0",
        "vit.encoder.layer.0.output.dense.bias [8] bias 0",
        "vit.layernorm.weight [8] norm finish",
        "vit.layernorm.bias [8] norm finish",
      ]
    `);
  });

  it('have no biases of query, key and value where the configuration has none', () => {
    const all = vitParameters(readVitConfig({ num_hidden_layers: 1 })).map(({ name }) => name);
    const without = vitParameters(readVitConfig({ num_hidden_layers: 1, qkv_bias: false })).map(
      ({ name }) => name,
    );
    expect(all.filter((name) => !without.includes(name))).toEqual([
      'vit.encoder.layer.0.attention.attention.query.bias',
      'vit.encoder.layer.0.attention.attention.key.bias',
      'vit.encoder.layer.0.attention.attention.value.bias',
    ]);
  });

  it('of the head are a linear from the width to the outputs', () => {
    expect(headParameters(8, 3)).toEqual([
      { name: 'classifier.weight', shape: [3, 8], kind: 'weight', stage: 'head' },
      { name: 'classifier.bias', shape: [3], kind: 'bias', stage: 'head' },
    ]);
  });
});

describe('canonicalName', () => {
  it.each([
    ['vit.embeddings.cls_token', 'vit.embeddings.cls_token'],
    ['embeddings.position_embeddings', 'vit.embeddings.position_embeddings'],
    ['encoder.layer.11.output.dense.bias', 'vit.encoder.layer.11.output.dense.bias'],
    ['layernorm.weight', 'vit.layernorm.weight'],
    ['vit.layers.3.attention.q_proj.bias', 'vit.encoder.layer.3.attention.attention.query.bias'],
    ['layers.0.attention.o_proj.weight', 'vit.encoder.layer.0.attention.output.dense.weight'],
    ['vit.layers.0.mlp.fc2.weight', 'vit.encoder.layer.0.output.dense.weight'],
    ['vit.layers.0.layernorm_after.bias', 'vit.encoder.layer.0.layernorm_after.bias'],
    ['classifier.weight', 'classifier.weight'],
  ])('reads %s', (name, canonical) => {
    expect(canonicalName(name)).toBe(canonical);
  });

  it.each([
    'pooler.dense.weight',
    'vit.pooler.dense.bias',
    'embeddings.position_ids',
    'vit.embeddings.mask_token',
    'decoder.0.weight',
  ])('ignores %s', (name) => {
    expect(canonicalName(name)).toBeNull();
  });

  it.each(['cls_classifier.weight', 'vit.layers.0.attention.constructor.weight', 'vit.unknown', 'side.gate'])(
    'leaves %s as it is, for the reader to report',
    (name) => {
      expect(canonicalName(name)).toBe(name);
    },
  );
});
