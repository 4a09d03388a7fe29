/**
 * The side network's own transformer block: pre-norm, narrow, with few heads.
 *
 * Letters: B batch, N tokens, S side width. Few heads because the attention map, B·H·N², does not shrink with the
 * width (LST keeps the backbone's number; see docs/method.md).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Params } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { attention } from '@mdpd/tensor/attention';
import { layerNorm } from '@mdpd/tensor/layer-norm';
import { linear } from '@mdpd/tensor/linear';
import { checkpoint } from '@mdpd/tensor/recompute';
import { linearPlan, normPlan, type TensorPlans } from '../specs.ts';

export interface BlockShape {
  readonly width: number;
  readonly heads: number;
  /** Hidden units of the MLP. */
  readonly hidden: number;
}

export const sideEpsilon = 1e-6;

export function sideBlockPlan(name: string, { width, hidden }: BlockShape): TensorPlans {
  return {
    ...normPlan(`${name}.norm_attention`, width),
    ...linearPlan(`${name}.query`, width, width),
    ...linearPlan(`${name}.key`, width, width),
    ...linearPlan(`${name}.value`, width, width),
    ...linearPlan(`${name}.projection`, width, width),
    ...normPlan(`${name}.norm_mlp`, width),
    ...linearPlan(`${name}.mlp_in`, width, hidden),
    ...linearPlan(`${name}.mlp_out`, hidden, width),
  };
}

export function dense(params: Params, name: string, x: tf.Tensor): tf.Tensor {
  return linear(x, params[`${name}.weight`] as tf.Tensor2D, params[`${name}.bias`] as tf.Tensor1D);
}

export function norm(params: Params, name: string, x: tf.Tensor): tf.Tensor {
  return layerNorm(
    x,
    params[`${name}.weight`] as tf.Tensor1D,
    params[`${name}.bias`] as tf.Tensor1D,
    sideEpsilon,
  );
}

/** [B, N, S] to [B, N, S]; `bias` is added to the attention scores (padding masks). */
export function sideBlock(
  params: Params,
  name: string,
  x: tf.Tensor,
  heads: number,
  bias?: tf.Tensor,
): tf.Tensor {
  const normed = norm(params, `${name}.norm_attention`, x);
  const mixed = attention(
    dense(params, `${name}.query`, normed) as tf.Tensor3D,
    dense(params, `${name}.key`, normed) as tf.Tensor3D,
    dense(params, `${name}.value`, normed) as tf.Tensor3D,
    { heads, bias },
  );
  const attended = tf.add(x, dense(params, `${name}.projection`, mixed));
  const hidden = activation('gelu')(
    dense(params, `${name}.mlp_in`, norm(params, `${name}.norm_mlp`, attended)),
  );
  return tf.add(attended, dense(params, `${name}.mlp_out`, hidden));
}

/** `sideBlock` that keeps nothing but its input for the backward pass, and runs again there. */
export function savingSideBlock(
  params: Params,
  name: string,
  x: tf.Tensor,
  heads: number,
  bias?: tf.Tensor,
): tf.Tensor {
  const own = Object.entries(params).filter(([key]) => key.startsWith(`${name}.`));
  return checkpoint(
    (given) => sideBlock(given, name, given['x']!, heads, given['bias']),
    { ...Object.fromEntries(own), x },
    bias ? { bias } : {},
  );
}

/**
 * Bytes that a block keeps for its backward pass: 2 norms, q, k, v, their mixture, the residual and 2 hidden layers, and
 * the attention map with its scores. Source: method §5.2.
 */
export function activationBytes({ width, heads, hidden }: BlockShape, batch: number, tokens: number): number {
  return 4 * batch * tokens * (8 * width + 2 * hidden + heads * tokens);
}
