import { expect, it } from 'vitest';
import { canonicalName } from './canonical-name.ts';
import { t5Provider } from './provider.ts';

it.each([
  ['shared.weight', 'shared.weight'],
  ['transformer.shared.weight', 'shared.weight'],
  ['module.encoder.final_layer_norm.weight', 'encoder.final_layer_norm.weight'],
  [
    'model.decoder.block.3.layer.2.DenseReluDense.wi_0.weight',
    'decoder.block.3.layer.2.DenseReluDense.wi_0.weight',
  ],
  [
    'transformer.encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight',
    'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight',
  ],
  ['lm_head.weight', 'lm_head.weight'],
  ['classification_head.dense.weight', 'classification_head.dense.weight'],
  ['encoder.block.0.layer.3.weight', 'encoder.block.0.layer.3.weight'],
])('reads %s', (name, canonical) => {
  expect(canonicalName(name)).toBe(canonical);
});

it.each([
  'encoder.embed_tokens.weight',
  'decoder.embed_tokens.weight',
  'transformer.decoder.embed_tokens.weight',
  'decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight',
])('ignores %s', (name) => {
  expect(canonicalName(name)).toBeNull();
});

it('leaves every name of its own as it is', () => {
  const backbone = t5Provider.create({ tie_word_embeddings: false, feed_forward_proj: 'gated-gelu' });
  const head = backbone.head('seq2seq', 1)!;
  for (const { name } of [...backbone.parameters, ...head.parameters]) expect(canonicalName(name)).toBe(name);
});
