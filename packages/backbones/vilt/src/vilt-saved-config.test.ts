import { MdpdError, type JsonObject } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { createVilt } from './vilt-backbone.ts';
import { savedViltConfig } from './vilt-saved-config.ts';

const base: JsonObject = {
  architectures: ['ViltForMaskedLM'],
  vocab_size: 20,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 16,
  image_size: 8,
  patch_size: 4,
  dtype: 'bfloat16',
  num_labels: 1000,
  num_images: -1,
  id2label: { '0': 'tench' },
  label2id: { tench: 0 },
  something_new: { a: [1, null] },
  mdpd: { canvas: [8, 12], task: 'glue', head: { kind: 'box', outputs: 4 } },
};

describe('savedViltConfig', () => {
  const backbone = createVilt(base);
  const head = backbone.head('vqa', 2)!;

  it('says class, answers, canvas and type of the saved weights, and keeps every other key', () => {
    const text = JSON.stringify(savedViltConfig(backbone, head, ['yes', '__proto__']), null, 2);
    expect(JSON.parse(text)).toEqual(
      JSON.parse(`{
        "architectures": ["ViltForQuestionAnswering"],
        "hidden_size": 8,
        "id2label": { "0": "yes", "1": "__proto__" },
        "image_size": 8,
        "intermediate_size": 16,
        "label2id": { "yes": 0, "__proto__": 1 },
        "mdpd": { "canvas": [8, 12] },
        "model_type": "vilt",
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
        "num_images": -1,
        "patch_size": 4,
        "something_new": { "a": [1, null] },
        "torch_dtype": "float32",
        "vocab_size": 20
      }`),
    );
    const keys = Object.keys(JSON.parse(text) as object);
    expect(keys).toEqual([...keys].sort());
    expect(base['dtype']).toBe('bfloat16');
  });

  it('of a classifier has one image', () => {
    const saved = savedViltConfig(backbone, backbone.head('classification', 2)!, []);
    expect(saved).toMatchObject({
      architectures: ['ViltForImagesAndTextClassification'],
      num_images: 1,
      problem_type: 'single_label_classification',
      id2label: { '0': 'LABEL_0', '1': 'LABEL_1' },
    });
  });

  it.each([
    ['box', 4],
    ['matching', 1],
  ] as const)('of %s has no labels, not even those of the base model', (kind, outputs) => {
    const saved = savedViltConfig(backbone, backbone.head(kind, outputs)!, []);
    expect(saved).not.toHaveProperty('id2label');
    expect(saved).not.toHaveProperty('label2id');
  });

  it('can be read again as the same backbone', () => {
    const again = createVilt(savedViltConfig(backbone, head, ['yes', 'no']));
    expect([again.parameters, again.inputs]).toEqual([backbone.parameters, backbone.inputs]);
  });

  it('names no canvas that is the image size', () => {
    const square = createVilt({ ...base, mdpd: { canvas: [8, 8] } });
    expect(savedViltConfig(square, head, [])).not.toHaveProperty('mdpd');
  });

  it('refuses labels that do not fit the head', () => {
    expect(() => savedViltConfig(backbone, head, ['a', 'b', 'c'])).toThrow(
      new MdpdError('BACKBONE_CONFIG', '3 labels for a head of 2 outputs', {
        place: 'config.json: id2label',
        allowed: '2 labels, or none',
      }),
    );
  });
});
