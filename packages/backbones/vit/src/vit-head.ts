/** The head of ViTForImageClassification: a linear on the CLS token. Letters: B batch, D width, C outputs. */
import type { Head, HeadKind } from '@mdpd/core';
import { linear } from '@mdpd/tensor/linear';
import { tensorOf } from './tensor-of.ts';
import { headParameters, names } from './vit-parameters.ts';

export interface VitHead extends Head {
  /** Decides the loss that Hugging Face uses when it trains the saved model further. */
  readonly kind: HeadKind;
}

/** Of classes or scores; an image alone has no other. */
export function vitHead(kind: HeadKind, width: number, outputs: number): VitHead | undefined {
  if (kind !== 'classification' && kind !== 'regression') return undefined;
  const [weight, bias] = [`${names.classifier}.weight`, `${names.classifier}.bias`];
  return {
    architecture: 'ViTForImageClassification',
    kind,
    parameters: headParameters(width, outputs),
    apply: (params, pooled) => linear(pooled, tensorOf(params, weight), tensorOf(params, bias)),
  };
}
