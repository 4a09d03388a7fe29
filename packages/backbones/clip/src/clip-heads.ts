/** Heads of CLIP by what they are for. */
import type { Head, HeadKind } from '@mdpd/core';
import type { ClipConfig } from './clip-config.ts';
import { embeddingsHead } from './embeddings-head.ts';
import { pairHead } from './pair-head.ts';

export interface ClipHead extends Head {
  readonly kind: HeadKind;
  /** C. */
  readonly outputs: number;
}

/**
 * `embeddings` is CLIPModel. `vqa`, `classification` (of an image with a text), `matching` and `box` are none of Hugging
 * Face's, see `pairHead`: the model is saved as its CLIPModel with further tensors.
 */
export function clipHead(config: ClipConfig, kind: HeadKind, outputs: number): ClipHead | undefined {
  if (kind === 'embeddings') return { ...embeddingsHead(config), kind, outputs: 2 * config.projection };
  const isPair =
    kind === 'vqa' ||
    kind === 'classification' ||
    (kind === 'matching' && outputs === 1) ||
    (kind === 'box' && outputs === 4);
  return isPair ? { ...pairHead(config, kind, outputs), kind, outputs } : undefined;
}
