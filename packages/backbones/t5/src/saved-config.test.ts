import type { JsonObject } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { t5Provider } from './provider.ts';

const base: JsonObject = {
  architectures: ['T5WithLMHeadModel'],
  d_model: 8,
  d_kv: 4,
  d_ff: 16,
  num_heads: 2,
  num_layers: 1,
  vocab_size: 20,
  dropout_rate: 0.1,
  dtype: 'bfloat16',
  id2label: { '0': 'no' },
  label2id: { no: 0 },
  num_labels: 1,
  problem_type: 'regression',
  task_specific_params: { translation: { prefix: 'translate: ' } },
};
const saved = (json: JsonObject): JsonObject => {
  const backbone = t5Provider.create(json);
  return t5Provider.savedConfig(backbone, backbone.head('seq2seq', 1)!, []);
};

describe('the saved configuration', () => {
  it('says class and special tokens, keeps every other key, and names no labels', () => {
    expect(saved(base)).toEqual({
      architectures: ['T5ForConditionalGeneration'],
      d_ff: 16,
      d_kv: 4,
      d_model: 8,
      decoder_start_token_id: 0,
      dropout_rate: 0.1,
      eos_token_id: 1,
      is_encoder_decoder: true,
      model_type: 't5',
      num_heads: 2,
      num_layers: 1,
      pad_token_id: 0,
      task_specific_params: { translation: { prefix: 'translate: ' } },
      tie_word_embeddings: true,
      torch_dtype: 'float32',
      vocab_size: 20,
    });
    expect(Object.keys(saved(base))).toEqual(Object.keys(saved(base)).toSorted());
    expect(base['dtype']).toBe('bfloat16');
  });

  it('says of a model with a last matrix of its own that it is not tied, whatever the file said', () => {
    const anew = { ...base, tie_word_embeddings: true, scale_decoder_outputs: false, eos_token_id: [1, 4] };
    expect(saved(anew)).toMatchObject({
      tie_word_embeddings: false,
      scale_decoder_outputs: false,
      eos_token_id: [1, 4],
    });
  });

  it.each<JsonObject>([{}, { tie_word_embeddings: false }, { scale_decoder_outputs: false }])(
    'can be read again as the same model: %j',
    (change) => {
      const model = t5Provider.create({ ...base, ...change });
      const again = t5Provider.create(saved({ ...base, ...change }));
      expect(again.parameters).toEqual(model.parameters);
      expect(again.head('seq2seq', 1)!.parameters).toEqual(model.head('seq2seq', 1)!.parameters);
    },
  );
});
