import type { HeadKind } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { createVilt } from './vilt-backbone.ts';

const backbone = createVilt({ vocab_size: 9, hidden_size: 8, num_attention_heads: 2, num_hidden_layers: 1 });

const lines = (kind: HeadKind, outputs: number): string[] =>
  backbone
    .head(kind, outputs)!
    .parameters.map(
      ({ name, shape, kind, pretrained }) =>
        `${name} [${shape.join(', ')}] ${kind}${pretrained ? ', whatever the labels' : ''}`,
    );

const pooler = [
  'vilt.pooler.dense.weight [8, 8] weight, whatever the labels',
  'vilt.pooler.dense.bias [8] bias, whatever the labels',
];

describe('heads', () => {
  it.each([
    ['vqa', 5, 'ViltForQuestionAnswering'],
    ['classification', 5, 'ViltForImagesAndTextClassification'],
    ['matching', 1, 'ViltForImageAndTextRetrieval'],
    ['box', 4, 'ViltModel'],
    ['maskedLm', 9, 'ViltForMaskedLM'],
  ] as const)('of %s with %d outputs is %s', (kind, outputs, architecture) => {
    expect(backbone.head(kind, outputs)).toMatchObject({ architecture, kind, outputs });
  });

  it('have the parameters of transformers; the pooler and what matches do not depend on labels', () => {
    expect(lines('vqa', 5)).toEqual([
      ...pooler,
      'classifier.0.weight [16, 8] weight',
      'classifier.0.bias [16] bias',
      'classifier.1.weight [16] norm',
      'classifier.1.bias [16] norm',
      'classifier.3.weight [5, 16] weight',
      'classifier.3.bias [5] bias',
    ]);
    expect(lines('classification', 5)).toEqual([
      ...pooler,
      'classifier.0.weight [8, 8] weight',
      'classifier.0.bias [8] bias',
      'classifier.1.weight [8] norm',
      'classifier.1.bias [8] norm',
      'classifier.3.weight [5, 8] weight',
      'classifier.3.bias [5] bias',
    ]);
    expect(lines('matching', 1)).toEqual([
      ...pooler,
      'rank_output.weight [1, 8] weight, whatever the labels',
      'rank_output.bias [1] bias, whatever the labels',
    ]);
  });

  it('of boxes has tensors of its own: four looks at tokens and places', () => {
    expect(lines('box', 4)).toEqual([
      ...pooler,
      'box_head.query.weight [8, 8] weight',
      'box_head.query.bias [8] bias',
      'box_head.key.weight [8, 8] weight',
      'box_head.hidden.weight [8, 48] weight',
      'box_head.hidden.bias [8] bias',
      'box_head.output.weight [4, 8] weight',
      'box_head.output.bias [4] bias',
    ]);
  });

  it('of hidden words has the table of words as its last matrix, and reads all tokens', () => {
    expect(lines('maskedLm', 9)).toEqual([
      'mlm_score.transform.dense.weight [8, 8] weight, whatever the labels',
      'mlm_score.transform.dense.bias [8] bias, whatever the labels',
      'mlm_score.transform.LayerNorm.weight [8] norm, whatever the labels',
      'mlm_score.transform.LayerNorm.bias [8] norm, whatever the labels',
      'mlm_score.decoder.bias [9] bias, whatever the labels',
    ]);
    expect(backbone.head('maskedLm', 9)).toMatchObject({
      stream: 'multimodal',
      tied: ['vilt.embeddings.text_embeddings.word_embeddings.weight'],
    });
  });

  it.each([
    ['seq2seq', 9],
    ['regression', 1],
    ['embeddings', 16],
    ['matching', 2],
    ['box', 5],
  ] as const)('of %s with %d outputs is not there', (kind, outputs) => {
    expect(backbone.head(kind, outputs)).toBeUndefined();
  });
});
