/** Every tensor of a Hugging Face ViLT checkpoint: name, shape, kind, and the stage that reads it. */
import type { ParameterSpec } from '@mdpd/core';
import { dense, norm, spec, table } from '@mdpd/core/parameter-specs';
import type { ViltConfig } from './vilt-config.ts';

/** Class prefix of the names in a saved ViltForQuestionAnswering. */
const PREFIX = 'vilt.';

/** Without `.weight` and `.bias`. */
export const names = {
  words: 'vilt.embeddings.text_embeddings.word_embeddings',
  textPositions: 'vilt.embeddings.text_embeddings.position_embeddings',
  types: 'vilt.embeddings.text_embeddings.token_type_embeddings',
  textNorm: 'vilt.embeddings.text_embeddings.LayerNorm',
  classToken: 'vilt.embeddings.cls_token',
  positions: 'vilt.embeddings.position_embeddings',
  patches: 'vilt.embeddings.patch_embeddings.projection',
  modalities: 'vilt.embeddings.token_type_embeddings',
  finalNorm: 'vilt.layernorm',
  pooler: 'vilt.pooler.dense',
} as const;

/** Names of block `index`, without `.weight` and `.bias`. */
export function blockNames(index: number) {
  const block = `vilt.encoder.layer.${index}`;
  return {
    normBefore: `${block}.layernorm_before`,
    query: `${block}.attention.attention.query`,
    key: `${block}.attention.attention.key`,
    value: `${block}.attention.attention.value`,
    attentionOutput: `${block}.attention.output.dense`,
    normAfter: `${block}.layernorm_after`,
    intermediate: `${block}.intermediate.dense`,
    output: `${block}.output.dense`,
  } as const;
}

/** Parameters of the backbone, in the order in which the chain reads them. The pooler is the heads'. */
export function viltParameters(config: ViltConfig): ParameterSpec[] {
  const { width, channels, patch, positions } = config;
  return [
    table(names.words, config.vocabulary, width),
    table(names.textPositions, config.textTokens, width),
    table(names.types, config.types, width),
    ...norm(names.textNorm, width, 'embed'),
    spec(names.classToken, [1, 1, width], 'embedding', 'embed'),
    spec(names.positions, [1, positions * positions + 1, width], 'embedding', 'embed'),
    spec(`${names.patches}.weight`, [width, channels, patch, patch], 'weight', 'embed'),
    spec(`${names.patches}.bias`, [width], 'bias', 'embed'),
    table(names.modalities, config.modalities, width),
    ...Array.from({ length: config.blocks }, (_, index) => blockParameters(config, index)).flat(),
    ...norm(names.finalNorm, width, 'finish'),
  ];
}

function blockParameters({ width, hidden, qkvBias }: ViltConfig, index: number): ParameterSpec[] {
  const block = blockNames(index);
  return [
    ...norm(block.normBefore, width, index),
    ...[block.query, block.key, block.value].flatMap((name) => dense(name, width, width, index, qkvBias)),
    ...dense(block.attentionOutput, width, width, index),
    ...norm(block.normAfter, width, index),
    ...dense(block.intermediate, hidden, width, index),
    ...dense(block.output, width, hidden, index),
  ];
}

/** First words of the backbone's own names behind the prefix, with which a bare ViltModel's names begin. */
const ROOTS = /^(embeddings|encoder|layernorm|pooler)\./;
/** Tables of numbers that old versions saved; what masked language modelling had twice: its matrix is that of words. */
const IGNORED = /(^|\.)(position_ids|token_type_ids)$|^mlm_score\.(bias|decoder\.weight)$/;

/**
 * The name of a checkpoint's tensor in the lists above; null for one to ignore. Read besides: names without the class
 * prefix (ViltModel), and behind `model.` or `module.` (wrapped models).
 */
export function canonicalName(name: string): string | null {
  const unwrapped = name.replace(/^(?:model|module)\./, '');
  const bare = unwrapped.startsWith(PREFIX) ? unwrapped.slice(PREFIX.length) : unwrapped;
  if (IGNORED.test(bare)) return null;
  return ROOTS.test(bare) ? PREFIX + bare : unwrapped;
}
