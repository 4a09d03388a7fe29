import type { BackboneProvider, Head, HeadKind, JsonObject } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { bertProvider, distilbertProvider, robertaProvider } from './providers.ts';

const bert: JsonObject = { vocab_size: 9, hidden_size: 8, num_attention_heads: 2 };
const distilbert: JsonObject = { vocab_size: 9, dim: 8, n_heads: 2 };

const headOf = (
  provider: BackboneProvider,
  json: JsonObject,
  kind: HeadKind,
  outputs = 3,
): Head | undefined => provider.create(json).head(kind, outputs);

const lines = (head: Head | undefined): string[] =>
  head!.parameters.map(
    ({ name, shape, kind, pretrained }) =>
      `${name} [${shape.join(', ')}] ${kind}${pretrained ? ', whatever the labels' : ''}`,
  );

describe('heads', () => {
  it.each([
    [bertProvider, bert, 'BertForSequenceClassification', 'BertForMaskedLM', 'bert'],
    [robertaProvider, bert, 'RobertaForSequenceClassification', 'RobertaForMaskedLM', 'roberta'],
    [
      distilbertProvider,
      distilbert,
      'DistilBertForSequenceClassification',
      'DistilBertForMaskedLM',
      'distilbert',
    ],
  ] as const)('are those of transformers: $name', (provider, json, sequence, maskedLm, prefix) => {
    expect(headOf(provider, json, 'classification')).toMatchObject({
      architecture: sequence,
      kind: 'classification',
      outputs: 3,
    });
    const regression = headOf(provider, json, 'regression', 1);
    expect(regression).toMatchObject({ architecture: sequence, kind: 'regression', outputs: 1 });
    expect(regression!.stream).toBeUndefined();
    expect(headOf(provider, json, 'maskedLm')).toMatchObject({
      architecture: maskedLm,
      stream: 'text',
      outputs: 9,
      tied: [`${prefix}.embeddings.word_embeddings.weight`],
    });
    expect(headOf(provider, json, 'seq2seq')).toBeUndefined();
  });

  it('have the parameters of transformers; a pooler and what models words do not depend on labels', () => {
    expect(lines(headOf(bertProvider, bert, 'classification'))).toEqual([
      'bert.pooler.dense.weight [8, 8] weight, whatever the labels',
      'bert.pooler.dense.bias [8] bias, whatever the labels',
      'classifier.weight [3, 8] weight',
      'classifier.bias [3] bias',
    ]);
    expect(lines(headOf(bertProvider, bert, 'maskedLm'))).toEqual([
      'cls.predictions.transform.dense.weight [8, 8] weight, whatever the labels',
      'cls.predictions.transform.dense.bias [8] bias, whatever the labels',
      'cls.predictions.transform.LayerNorm.weight [8] norm, whatever the labels',
      'cls.predictions.transform.LayerNorm.bias [8] norm, whatever the labels',
      'cls.predictions.bias [9] bias, whatever the labels',
    ]);
    expect(lines(headOf(robertaProvider, bert, 'regression', 1))).toEqual([
      'classifier.dense.weight [8, 8] weight',
      'classifier.dense.bias [8] bias',
      'classifier.out_proj.weight [1, 8] weight',
      'classifier.out_proj.bias [1] bias',
    ]);
    expect(lines(headOf(robertaProvider, bert, 'maskedLm'))).toEqual([
      'lm_head.dense.weight [8, 8] weight, whatever the labels',
      'lm_head.dense.bias [8] bias, whatever the labels',
      'lm_head.layer_norm.weight [8] norm, whatever the labels',
      'lm_head.layer_norm.bias [8] norm, whatever the labels',
      'lm_head.bias [9] bias, whatever the labels',
    ]);
    expect(lines(headOf(distilbertProvider, distilbert, 'classification'))).toEqual([
      'pre_classifier.weight [8, 8] weight',
      'pre_classifier.bias [8] bias',
      'classifier.weight [3, 8] weight',
      'classifier.bias [3] bias',
    ]);
    expect(lines(headOf(distilbertProvider, distilbert, 'maskedLm'))).toEqual([
      'vocab_transform.weight [8, 8] weight, whatever the labels',
      'vocab_transform.bias [8] bias, whatever the labels',
      'vocab_layer_norm.weight [8] norm, whatever the labels',
      'vocab_layer_norm.bias [8] norm, whatever the labels',
      'vocab_projector.bias [9] bias, whatever the labels',
    ]);
  });

  it('for masked language modelling need the table of words as their matrix', () => {
    expect(headOf(bertProvider, { ...bert, tie_word_embeddings: false }, 'maskedLm')).toBeUndefined();
    expect(headOf(bertProvider, { ...bert, tie_word_embeddings: false }, 'classification')).toBeDefined();
  });
});
