/** Hugging Face's pooler, which is the heads' here: models that lack it can have a fresh one. Letters: B batch, D width. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Params, ParameterSpec } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { applyDense } from '@mdpd/tensor/named-layers';
import { dense, pretrained } from '@mdpd/core/parameter-specs';
import { names } from './vilt-parameters.ts';

export function poolerSpecs(width: number): ParameterSpec[] {
  return pretrained(dense(names.pooler, width, width, 'head'));
}

/** [B, D], tanh of a linear, from the text's CLS [B, D]. */
export function pooler(params: Params, first: Tensor): Tensor {
  return activation('tanh')(applyDense(params, names.pooler, first));
}
