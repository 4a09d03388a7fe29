/** Every tensor of a Hugging Face CLIPModel: name, shape, kind, and the stage that reads it. */
import type { ParameterSpec } from '@mdpd/core';
import type { ClipConfig, TowerConfig, TowerName } from './clip-config.ts';
import { dense, norm, pretrained, spec, table } from '@mdpd/core/parameter-specs';

/** Without `.weight` and `.bias`. */
export const names = {
  words: 'text_model.embeddings.token_embedding',
  textPositions: 'text_model.embeddings.position_embedding',
  textNorm: 'text_model.final_layer_norm',
  classToken: 'vision_model.embeddings.class_embedding',
  patches: 'vision_model.embeddings.patch_embedding',
  imagePositions: 'vision_model.embeddings.position_embedding',
  /** The spelling is Hugging Face's. */
  normBefore: 'vision_model.pre_layrnorm',
  imageNorm: 'vision_model.post_layernorm',
  textProjection: 'text_projection',
  imageProjection: 'visual_projection',
  logitScale: 'logit_scale',
} as const;

const models: Readonly<Record<TowerName, string>> = { text: 'text_model', image: 'vision_model' };

/** Names of layer `index` of a tower, without `.weight` and `.bias`. */
export function layerNames(tower: TowerName, index: number) {
  const layer = `${models[tower]}.encoder.layers.${index}`;
  return {
    normBefore: `${layer}.layer_norm1`,
    query: `${layer}.self_attn.q_proj`,
    key: `${layer}.self_attn.k_proj`,
    value: `${layer}.self_attn.v_proj`,
    attentionOutput: `${layer}.self_attn.out_proj`,
    normAfter: `${layer}.layer_norm2`,
    intermediate: `${layer}.mlp.fc1`,
    output: `${layer}.mlp.fc2`,
  } as const;
}

/**
 * Parameters of the backbone, in the order of a checkpoint. The projections are the heads'. `logit_scale` is of kind
 * `embedding`, because its size means something: weight decay leaves it alone.
 */
export function clipParameters({ text, image }: ClipConfig): ParameterSpec[] {
  const { channels, patch, grid } = image;
  return [
    spec(names.logitScale, [], 'embedding', 'embed'),
    table(names.words, text.vocabulary, text.width),
    table(names.textPositions, text.tokens, text.width),
    ...layers('text', text),
    ...norm(names.textNorm, text.width, 'finish'),
    spec(names.classToken, [image.width], 'embedding', 'embed'),
    spec(`${names.patches}.weight`, [image.width, channels, patch, patch], 'weight', 'embed'),
    table(names.imagePositions, grid * grid + 1, image.width),
    ...norm(names.normBefore, image.width, 'embed'),
    ...layers('image', image),
    ...norm(names.imageNorm, image.width, 'finish'),
  ];
}

function layers(tower: TowerName, config: TowerConfig): ParameterSpec[] {
  const { width, hidden, blocks } = config;
  return Array.from({ length: blocks }, (_, index) => {
    const layer = layerNames(tower, index);
    return [
      ...[layer.key, layer.value, layer.query, layer.attentionOutput].flatMap((name) =>
        dense(name, width, width, index),
      ),
      ...norm(layer.normBefore, width, index),
      ...dense(layer.intermediate, hidden, width, index),
      ...dense(layer.output, width, hidden, index),
      ...norm(layer.normAfter, width, index),
    ];
  })
    .flat()
    .map((each) => ({ ...each, stream: tower }));
}

/** [P, D] of images and of texts. Every head has them: without them, what is saved were no whole CLIPModel. */
export function projectionSpecs({ text, image, projection }: ClipConfig): ParameterSpec[] {
  return pretrained([
    ...dense(names.imageProjection, projection, image.width, 'head', false),
    ...dense(names.textProjection, projection, text.width, 'head', false),
  ]);
}

/** Tables of numbers that old versions saved. */
const IGNORED = /(^|\.)position_ids$/;

/** The name of a checkpoint's tensor in the lists above; null for one to ignore. Read besides: names of wrapped models. */
export function canonicalName(name: string): string | null {
  const bare = name.replace(/^(?:module\.)?(?:(?:clip|model)\.)?/, '');
  return IGNORED.test(bare) ? null : bare;
}
