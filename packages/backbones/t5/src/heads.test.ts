import type { JsonObject } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { t5Provider } from './provider.ts';

const tiny: JsonObject = { vocab_size: 3, d_model: 4, d_kv: 2, d_ff: 4, num_layers: 1, num_heads: 2 };

describe('heads', () => {
  beforeAll(() => useBackend('cpu'));

  it('are for answers alone: classifiers of T5 read texts twice', () => {
    const backbone = t5Provider.create(tiny);
    for (const kind of ['classification', 'regression', 'maskedLm'] as const) {
      expect(backbone.head(kind, 2)).toBeUndefined();
    }
  });

  it('tied to the table of words have no parameters of their own', () => {
    expect(t5Provider.create(tiny).head('seq2seq', 3)).toMatchObject({
      architecture: 'T5ForConditionalGeneration',
      kind: 'seq2seq',
      outputs: 3,
      stream: 'decoder',
      parameters: [],
      tied: ['shared.weight'],
    });
  });

  it('of version 1.1 have a matrix that does not depend on labels', () => {
    const head = t5Provider.create({ ...tiny, tie_word_embeddings: false }).head('seq2seq', 3)!;
    expect(head.tied).toBeUndefined();
    expect(head.parameters).toEqual([
      { name: 'lm_head.weight', shape: [3, 4], kind: 'weight', stage: 'head', pretrained: true },
    ]);
  });

  it('scale what they read where the table of words is the matrix, or config.json says so', () => {
    const read = tf.tensor3d([2, 4, 6, 8], [1, 1, 4]);
    const matrix = tf.tensor2d([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1], [3, 4]);
    const params = { 'shared.weight': matrix, 'lm_head.weight': tf.mul(matrix, 10) };
    const logits = (json: JsonObject): number[] =>
      Array.from(
        t5Provider
          .create({ ...tiny, ...json })
          .head('seq2seq', 3)!
          .apply(params, read)
          .dataSync(),
      );
    expect(logits({})).toEqual([1, 2, 7]);
    expect(logits({ tie_word_embeddings: false })).toEqual([20, 40, 140]);
    expect(logits({ tie_word_embeddings: false, scale_decoder_outputs: true })).toEqual([10, 20, 70]);
  });
});
