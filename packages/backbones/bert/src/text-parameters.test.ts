import type { ParameterSpec } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { bertProvider, distilbertProvider, robertaProvider } from './providers.ts';

const sizeOf = (specs: readonly ParameterSpec[]): number =>
  specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);

describe('parameters', () => {
  it('are those of google-bert/bert-base-uncased, with its next-sentence classifier', () => {
    const backbone = bertProvider.create({});
    const pooler = backbone.head('classification', 2)!.parameters.slice(0, 2);
    const specs = [...backbone.parameters, ...pooler, ...backbone.head('maskedLm', 1)!.parameters];
    const nextSentence = 2 * 768 + 2;
    expect(sizeOf(specs) + nextSentence).toBe(110_106_428);
    expect(specs).toHaveLength(206 - 2);
  });

  it('are those of sentence-transformers/all-MiniLM-L6-v2', () => {
    const minilm = { hidden_size: 384, num_hidden_layers: 6, intermediate_size: 1536 };
    const backbone = bertProvider.create(minilm);
    const specs = [...backbone.parameters, ...backbone.head('classification', 2)!.parameters.slice(0, 2)];
    expect([specs.length, sizeOf(specs)]).toEqual([103, 22_713_216]);
  });

  it('are those of FacebookAI/roberta-base', () => {
    const backbone = robertaProvider.create({ max_position_embeddings: 514, type_vocab_size: 1 });
    const specs = [...backbone.parameters, ...backbone.head('maskedLm', 1)!.parameters];
    expect([specs.length, sizeOf(specs)]).toEqual([202, 124_697_433]);
  });

  it('are those of distilbert-base-uncased', () => {
    const backbone = distilbertProvider.create({});
    expect([backbone.parameters.length, sizeOf(backbone.parameters)]).toEqual([100, 66_362_880]);
  });

  const lines = (specs: readonly ParameterSpec[]): string[] =>
    specs.map(({ name, shape, kind, stage }) => `${name} [${shape.join(', ')}] ${kind} ${stage}`);

  it('have the names of transformers, and the stage that reads them: BERT', () => {
    const backbone = bertProvider.create({
      vocab_size: 9,
      hidden_size: 8,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      intermediate_size: 12,
      max_position_embeddings: 7,
    });
    expect(lines(backbone.parameters.filter(({ stage }) => stage !== 0))).toMatchInlineSnapshot(`
      [
        "bert.embeddings.word_embeddings.weight [9, 8] embedding embed",
        "bert.embeddings.position_embeddings.weight [7, 8] embedding embed",
        "bert.embeddings.token_type_embeddings.weight [2, 8] embedding embed",
        "bert.embeddings.LayerNorm.weight [8] norm embed",
        "bert.embeddings.LayerNorm.bias [8] norm embed",
        "bert.encoder.layer.1.attention.self.query.weight [8, 8] weight 1",
        "bert.encoder.layer.1.attention.self.query.bias [8] bias 1",
        "bert.encoder.layer.1.attention.self.key.weight [8, 8] weight 1",
        "bert.encoder.layer.1.attention.self.key.bias [8] bias 1",
        "bert.encoder.layer.1.attention.self.value.weight [8, 8] weight 1",
        "bert.encoder.layer.1.attention.self.value.bias [8] bias 1",
        "bert.encoder.layer.1.attention.output.dense.weight [8, 8] weight 1",
        "bert.encoder.layer.1.attention.output.dense.bias [8] bias 1",
        "bert.encoder.layer.1.attention.output.LayerNorm.weight [8] norm 1",
        "bert.encoder.layer.1.attention.output.LayerNorm.bias [8] norm 1",
        "bert.encoder.layer.1.intermediate.dense.weight [12, 8] weight 1",
        "bert.encoder.layer.1.intermediate.dense.bias [12] bias 1",
        "bert.encoder.layer.1.output.dense.weight [8, 12] weight 1",
        "bert.encoder.layer.1.output.dense.bias [8] bias 1",
        "bert.encoder.layer.1.output.LayerNorm.weight [8] norm 1",
        "bert.encoder.layer.1.output.LayerNorm.bias [8] norm 1",
      ]
    `);
  });

  it('have the names of transformers, and the stage that reads them: DistilBERT', () => {
    const backbone = distilbertProvider.create({
      vocab_size: 9,
      dim: 8,
      n_layers: 1,
      n_heads: 2,
      hidden_dim: 12,
      max_position_embeddings: 7,
    });
    expect(lines(backbone.parameters)).toMatchInlineSnapshot(`
      [
        "distilbert.embeddings.word_embeddings.weight [9, 8] embedding embed",
        "distilbert.embeddings.position_embeddings.weight [7, 8] embedding embed",
        "distilbert.embeddings.LayerNorm.weight [8] norm embed",
        "distilbert.embeddings.LayerNorm.bias [8] norm embed",
        "distilbert.transformer.layer.0.attention.q_lin.weight [8, 8] weight 0",
        "distilbert.transformer.layer.0.attention.q_lin.bias [8] bias 0",
        "distilbert.transformer.layer.0.attention.k_lin.weight [8, 8] weight 0",
        "distilbert.transformer.layer.0.attention.k_lin.bias [8] bias 0",
        "distilbert.transformer.layer.0.attention.v_lin.weight [8, 8] weight 0",
        "distilbert.transformer.layer.0.attention.v_lin.bias [8] bias 0",
        "distilbert.transformer.layer.0.attention.out_lin.weight [8, 8] weight 0",
        "distilbert.transformer.layer.0.attention.out_lin.bias [8] bias 0",
        "distilbert.transformer.layer.0.sa_layer_norm.weight [8] norm 0",
        "distilbert.transformer.layer.0.sa_layer_norm.bias [8] norm 0",
        "distilbert.transformer.layer.0.ffn.lin1.weight [12, 8] weight 0",
        "distilbert.transformer.layer.0.ffn.lin1.bias [12] bias 0",
        "distilbert.transformer.layer.0.ffn.lin2.weight [8, 12] weight 0",
        "distilbert.transformer.layer.0.ffn.lin2.bias [8] bias 0",
        "distilbert.transformer.layer.0.output_layer_norm.weight [8] norm 0",
        "distilbert.transformer.layer.0.output_layer_norm.bias [8] norm 0",
      ]
    `);
  });
});
