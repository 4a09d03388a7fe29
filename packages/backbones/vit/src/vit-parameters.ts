/** Every tensor of a Hugging Face ViT checkpoint: name, shape, kind, and the stage that reads it. */
import type { ParameterSpec } from '@mdpd/core';
import { dense, norm, spec } from '@mdpd/core/parameter-specs';
import type { VitConfig } from './vit-config.ts';

/** Class prefix of the names in a saved ViTForImageClassification. */
const PREFIX = 'vit.';

export const names = {
  classToken: 'vit.embeddings.cls_token',
  positions: 'vit.embeddings.position_embeddings',
  patches: 'vit.embeddings.patch_embeddings.projection',
  finalNorm: 'vit.layernorm',
  classifier: 'classifier',
} as const;

/** Names of block `index`, without `.weight` and `.bias`. */
export function blockNames(index: number) {
  const block = `vit.encoder.layer.${index}`;
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

/** Parameters of the backbone, in the order in which the chain reads them. The pooler is not among them. */
export function vitParameters(config: VitConfig): ParameterSpec[] {
  const { width, channels, patch, tokens } = config;
  return [
    spec(names.classToken, [1, 1, width], 'embedding', 'embed'),
    spec(names.positions, [1, tokens, width], 'embedding', 'embed'),
    spec(`${names.patches}.weight`, [width, channels, patch.height, patch.width], 'weight', 'embed'),
    spec(`${names.patches}.bias`, [width], 'bias', 'embed'),
    ...Array.from({ length: config.blocks }, (_, index) => blockParameters(config, index)).flat(),
    ...norm(names.finalNorm, width, 'finish'),
  ];
}

/** Parameters of ViTForImageClassification's head. */
export function headParameters(width: number, outputs: number): ParameterSpec[] {
  return dense(names.classifier, outputs, width, 'head');
}

function blockParameters({ width, hidden, qkvBias }: VitConfig, index: number): ParameterSpec[] {
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

/**
 * The name of a checkpoint's tensor in the lists above; null for one to ignore: pooler, mask token, position ids and
 * the decoder of masked image modelling, none of which classification reads.
 *
 * Read besides the names of the lists: names without the class prefix (ViTModel), and those that transformers 5 has
 * inside (`layers.0.attention.q_proj`, `layers.0.mlp.fc1`) and writes with `save_original_format=False`.
 */
export function canonicalName(name: string): string | null {
  const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  if (/^(pooler|decoder)\.|(^|\.)position_ids$|^embeddings\.mask_token$/.test(bare)) return null;
  const renamed = bare.replace(/^layers\.(\d+)\.(.+)\.(weight|bias)$/, (whole, index, part, leaf) => {
    const original = NEW_NAMES.get(part as string);
    return original === undefined ? whole : `encoder.layer.${index}.${original}.${leaf}`;
  });
  return /^(embeddings|encoder|layernorm)\./.test(renamed) ? PREFIX + renamed : name;
}

const NEW_NAMES: ReadonlyMap<string, string> = new Map([
  ['layernorm_before', 'layernorm_before'],
  ['layernorm_after', 'layernorm_after'],
  ['attention.q_proj', 'attention.attention.query'],
  ['attention.k_proj', 'attention.attention.key'],
  ['attention.v_proj', 'attention.attention.value'],
  ['attention.o_proj', 'attention.output.dense'],
  ['mlp.fc1', 'intermediate.dense'],
  ['mlp.fc2', 'output.dense'],
]);
