/**
 * Layers with their parameters by name.
 *
 * Letters: I inputs, O outputs, D width.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Params, TensorRecord } from '@mdpd/core';
import { layerNorm } from './layer-norm.ts';
import { linear } from './linear.ts';

/** The tensor called `name`. Throws a plain Error where it is missing: that is a bug of the caller. */
export function tensorOf(record: Readonly<TensorRecord>, name: string): Tensor {
  const tensor = record[name];
  if (tensor === undefined) throw new Error(`the backbone was given no tensor "${name}"`);
  return tensor;
}

/** [..., O] from [..., I]. */
export function applyDense(params: Params, name: string, x: Tensor, biased = true): Tensor {
  const bias = biased ? tensorOf(params, `${name}.bias`) : undefined;
  return linear(x, tensorOf(params, `${name}.weight`), bias);
}

/** [..., D] from [..., D]. */
export function applyNorm(params: Params, name: string, x: Tensor, epsilon: number): Tensor {
  return layerNorm(x, tensorOf(params, `${name}.weight`), tensorOf(params, `${name}.bias`), epsilon);
}
