import { describe, expect, it } from 'vitest';
import { bertProvider, distilbertProvider, robertaProvider } from './providers.ts';

describe('canonicalName', () => {
  it.each([
    [bertProvider, 'bert.embeddings.word_embeddings.weight', 'bert.embeddings.word_embeddings.weight'],
    [bertProvider, 'embeddings.token_type_embeddings.weight', 'bert.embeddings.token_type_embeddings.weight'],
    [bertProvider, 'encoder.layer.11.output.dense.bias', 'bert.encoder.layer.11.output.dense.bias'],
    [bertProvider, 'model.bert.encoder.layer.0.output.dense.bias', 'bert.encoder.layer.0.output.dense.bias'],
    [bertProvider, 'model.encoder.layer.0.output.dense.bias', 'bert.encoder.layer.0.output.dense.bias'],
    [bertProvider, 'module.bert.pooler.dense.bias', 'bert.pooler.dense.bias'],
    [bertProvider, 'pooler.dense.weight', 'bert.pooler.dense.weight'],
    [bertProvider, 'bert.embeddings.LayerNorm.gamma', 'bert.embeddings.LayerNorm.weight'],
    [
      bertProvider,
      'encoder.layer.2.attention.output.LayerNorm.beta',
      'bert.encoder.layer.2.attention.output.LayerNorm.bias',
    ],
    [bertProvider, 'cls.predictions.transform.LayerNorm.gamma', 'cls.predictions.transform.LayerNorm.weight'],
    [bertProvider, 'cls.predictions.bias', 'cls.predictions.bias'],
    [bertProvider, 'model.classifier.weight', 'classifier.weight'],
    [robertaProvider, 'encoder.layer.0.output.dense.weight', 'roberta.encoder.layer.0.output.dense.weight'],
    [robertaProvider, 'roberta.embeddings.LayerNorm.bias', 'roberta.embeddings.LayerNorm.bias'],
    [robertaProvider, 'lm_head.layer_norm.beta', 'lm_head.layer_norm.bias'],
    [robertaProvider, 'classifier.out_proj.weight', 'classifier.out_proj.weight'],
    [
      distilbertProvider,
      'transformer.layer.3.ffn.lin1.weight',
      'distilbert.transformer.layer.3.ffn.lin1.weight',
    ],
    [distilbertProvider, 'distilbert.embeddings.LayerNorm.weight', 'distilbert.embeddings.LayerNorm.weight'],
    [distilbertProvider, 'vocab_projector.bias', 'vocab_projector.bias'],
    [distilbertProvider, 'pre_classifier.weight', 'pre_classifier.weight'],
  ] as const)('of $name reads %s', (provider, name, canonical) => {
    expect(provider.canonicalName(name)).toBe(canonical);
  });

  it.each([
    [bertProvider, 'embeddings.position_ids'],
    [bertProvider, 'bert.embeddings.position_ids'],
    [bertProvider, 'bert.embeddings.token_type_ids'],
    [bertProvider, 'cls.seq_relationship.weight'],
    [bertProvider, 'cls.predictions.decoder.weight'],
    [bertProvider, 'cls.predictions.decoder.bias'],
    [robertaProvider, 'pooler.dense.weight'],
    [robertaProvider, 'roberta.pooler.dense.bias'],
    [robertaProvider, 'lm_head.decoder.weight'],
    [robertaProvider, 'roberta.embeddings.position_ids'],
    [distilbertProvider, 'vocab_projector.weight'],
  ] as const)('of $name ignores %s', (provider, name) => {
    expect(provider.canonicalName(name)).toBeNull();
  });

  it.each([
    [bertProvider, 'bert.unknown'],
    [bertProvider, 'qa_outputs.weight'],
    [bertProvider, 'encoders.layer.0'],
    [distilbertProvider, 'distilbert.encoder.layer.0.output.dense.weight'],
    [bertProvider, 'side.text.norm.gamma'],
  ] as const)('of $name leaves %s as it is, for the reader to report', (provider, name) => {
    expect(provider.canonicalName(name)).toBe(name);
  });

  it.each([
    [bertProvider, {}],
    [robertaProvider, {}],
    [distilbertProvider, {}],
  ] as const)('of $name leaves every name of its own as it is', (provider, json) => {
    const backbone = provider.create(json);
    const heads = (['classification', 'regression', 'maskedLm'] as const).map((kind) =>
      backbone.head(kind, 1)!,
    );
    for (const { name } of [backbone, ...heads].flatMap(({ parameters }) => parameters)) {
      expect(provider.canonicalName(name)).toBe(name);
    }
  });
});
