/** Every tensor of a Hugging Face DeiT checkpoint: name, shape, kind, and the stage that reads it. */
import type { ParameterSpec } from '@mdpd/core';
import { dense, norm, spec } from '@mdpd/core/parameter-specs';
import type { DeitConfig } from './deit-config.ts';

const PREFIX = 'deit.';

export const names = {
  classToken: 'deit.embeddings.cls_token',
  distillationToken: 'deit.embeddings.distillation_token',
  positions: 'deit.embeddings.position_embeddings',
  patches: 'deit.embeddings.patch_embeddings.projection',
  finalNorm: 'deit.layernorm',
  classifier: 'cls_classifier',
  distillationClassifier: 'distillation_classifier',
} as const;

/** Names of block `index`, without `.weight` and `.bias`. */
export function blockNames(index: number) {
  const block = `deit.encoder.layer.${index}`;
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

/** Parameters of the backbone, in the order in which the chain reads them. */
export function deitParameters(config: DeitConfig): ParameterSpec[] {
  const { width, channels, patch, tokens } = config;
  return [
    spec(names.classToken, [1, 1, width], 'embedding', 'embed'),
    spec(names.distillationToken, [1, 1, width], 'embedding', 'embed'),
    spec(names.positions, [1, tokens, width], 'embedding', 'embed'),
    spec(`${names.patches}.weight`, [width, channels, patch, patch], 'weight', 'embed'),
    spec(`${names.patches}.bias`, [width], 'bias', 'embed'),
    ...Array.from({ length: config.blocks }, (_, index) => blockParameters(config, index)).flat(),
    ...norm(names.finalNorm, width, 'finish'),
  ];
}

function blockParameters({ width, hidden, qkvBias }: DeitConfig, index: number): ParameterSpec[] {
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

/** Both classifiers of DeiTForImageClassificationWithTeacher. */
export function headParameters(width: number, outputs: number): ParameterSpec[] {
  return [names.classifier, names.distillationClassifier].flatMap((name) =>
    dense(name, outputs, width, 'head'),
  );
}

/**
 * The name of a checkpoint's tensor in the lists above; null for one to ignore: pooler, mask token, the decoder of masked
 * image modelling. Names without the class prefix (DeiTModel) are read too.
 */
export function canonicalName(name: string): string | null {
  const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  if (/^(pooler|decoder)\.|^embeddings\.mask_token$/u.test(bare)) return null;
  return /^(embeddings|encoder|layernorm)\./u.test(bare) ? PREFIX + bare : name;
}
