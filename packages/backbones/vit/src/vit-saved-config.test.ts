import { MdpdError } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { createVit } from './vit-backbone.ts';
import { savedVitConfig } from './vit-saved-config.ts';

const base = {
  architectures: ['ViTModel'],
  attention_probs_dropout_prob: 0,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 16,
  image_size: 8,
  patch_size: 4,
  dtype: 'bfloat16',
  num_labels: 1000,
  id2label: { '0': 'tench' },
  label2id: { tench: 0 },
  something_new: { a: [1, null] },
};

describe('savedVitConfig', () => {
  const backbone = createVit(base);
  const head = backbone.head('classification', 2)!;

  it('says class, labels and type of the saved weights, and keeps every other key', () => {
    const text = JSON.stringify(savedVitConfig(backbone, head, ['cat', '__proto__']), null, 2);
    expect(JSON.parse(text)).toEqual(
      JSON.parse(`{
        "architectures": ["ViTForImageClassification"],
        "attention_probs_dropout_prob": 0,
        "hidden_size": 8,
        "id2label": { "0": "cat", "1": "__proto__" },
        "image_size": 8,
        "intermediate_size": 16,
        "label2id": { "cat": 0, "__proto__": 1 },
        "model_type": "vit",
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
        "patch_size": 4,
        "problem_type": "single_label_classification",
        "something_new": { "a": [1, null] },
        "torch_dtype": "float32"
      }`),
    );
    expect(text).toContain('"__proto__": 1');
    const keys = Object.keys(JSON.parse(text) as object);
    expect(keys).toEqual([...keys].sort());
    expect(base.dtype).toBe('bfloat16');
  });

  it('can be read again as the same backbone', () => {
    const again = createVit(savedVitConfig(backbone, head, ['cat', 'dog']));
    expect(again.parameters).toEqual(backbone.parameters);
  });

  it('names outputs as transformers does where there are no labels', () => {
    const saved = savedVitConfig(backbone, backbone.head('regression', 1)!, []);
    expect(saved).toMatchObject({
      id2label: { '0': 'LABEL_0' },
      label2id: { LABEL_0: 0 },
      problem_type: 'regression',
    });
  });

  it('refuses labels that do not fit the head', () => {
    expect(() => savedVitConfig(backbone, head, ['a', 'b', 'c'])).toThrow(
      new MdpdError('BACKBONE_CONFIG', '3 labels for a head of 2 outputs', {
        place: 'config.json: id2label',
        allowed: '2 labels, or none',
      }),
    );
  });
});
