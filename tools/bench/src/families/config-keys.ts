/** Keys of config.json that families share, as Hugging Face has them. */
import type { JsonObject } from '@mdpd/core';
import type { BertShape, ModelShape, VitShape } from '../shapes.ts';

export const encoderKeys = ({ family, width, blocks, heads, hidden }: ModelShape): JsonObject => ({
  model_type: family,
  hidden_size: width,
  num_hidden_layers: blocks,
  num_attention_heads: heads,
  intermediate_size: hidden,
});

export const wordKeys = ({
  vocabulary,
  positions,
  types,
}: Pick<BertShape, 'vocabulary' | 'positions' | 'types'>): JsonObject => ({
  vocab_size: vocabulary,
  max_position_embeddings: positions,
  type_vocab_size: types,
});

export const patchKeys = ({
  image,
  patch,
  channels,
}: Pick<VitShape, 'image' | 'patch' | 'channels'>): JsonObject => ({
  image_size: image,
  patch_size: patch,
  num_channels: channels,
});
