import { MdpdError, type JsonObject } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { bertProvider, distilbertProvider, robertaProvider } from './providers.ts';

const base: JsonObject = {
  architectures: ['BertModel'],
  attention_probs_dropout_prob: 0.1,
  vocab_size: 20,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 16,
  dtype: 'bfloat16',
  num_labels: 1000,
  id2label: { '0': 'tench' },
  label2id: { tench: 0 },
  something_new: { a: [1, null] },
};

describe('the saved configuration', () => {
  const backbone = bertProvider.create(base);
  const head = backbone.head('classification', 2)!;

  it('says class, labels and type of the saved weights, and keeps every other key', () => {
    const text = JSON.stringify(bertProvider.savedConfig(backbone, head, ['no', '__proto__']), null, 2);
    expect(JSON.parse(text)).toEqual(
      JSON.parse(`{
        "architectures": ["BertForSequenceClassification"],
        "attention_probs_dropout_prob": 0.1,
        "hidden_size": 8,
        "id2label": { "0": "no", "1": "__proto__" },
        "intermediate_size": 16,
        "label2id": { "no": 0, "__proto__": 1 },
        "model_type": "bert",
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
        "problem_type": "single_label_classification",
        "something_new": { "a": [1, null] },
        "torch_dtype": "float32",
        "vocab_size": 20
      }`),
    );
    const keys = Object.keys(JSON.parse(text) as object);
    expect(keys).toEqual([...keys].sort());
    expect(base['dtype']).toBe('bfloat16');
  });

  it('names outputs of a regression as transformers does', () => {
    expect(bertProvider.savedConfig(backbone, backbone.head('regression', 1)!, [])).toMatchObject({
      id2label: { '0': 'LABEL_0' },
      label2id: { LABEL_0: 0 },
      problem_type: 'regression',
    });
  });

  it('of masked language modelling has no labels, not even those of the base model', () => {
    const saved = bertProvider.savedConfig(
      bertProvider.create({ ...base, problem_type: 'regression' }),
      backbone.head('maskedLm', 20)!,
      [],
    );
    expect(saved['architectures']).toEqual(['BertForMaskedLM']);
    expect(Object.keys(saved).filter((key) => /label|problem/.test(key))).toEqual([]);
  });

  it.each([
    [
      robertaProvider,
      'roberta',
      'RobertaForSequenceClassification',
      { hidden_size: 8, num_attention_heads: 2 },
    ],
    [distilbertProvider, 'distilbert', 'DistilBertForSequenceClassification', { dim: 8, n_heads: 2 }],
  ] as const)('of $name can be read again as the same backbone', (provider, type, architecture, json) => {
    const model = provider.create({ ...json, vocab_size: 20 });
    const saved = provider.savedConfig(model, model.head('classification', 3)!, ['a', 'b', 'c']);
    expect(saved).toMatchObject({ model_type: type, architectures: [architecture] });
    expect(provider.create(saved).parameters).toEqual(model.parameters);
  });

  it('refuses labels that do not fit the head', () => {
    expect(() => bertProvider.savedConfig(backbone, head, ['a', 'b', 'c'])).toThrow(
      new MdpdError('BACKBONE_CONFIG', '3 labels for a head of 2 outputs', {
        place: 'config.json: id2label',
        allowed: '2 labels, or none',
      }),
    );
  });
});
