/**
 * The side network's own transformer block: pre-norm, narrow, with few heads.
 *
 * Letters: B batch, N tokens, S side width, M tokens and R side width of a stream that it reads. Few heads because the
 * attention map, B·H·N², does not shrink with the width (LST keeps the backbone's number; see docs/method.md).
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

/** What a block looks at besides its own tokens: the finished side state of another stream. */
export interface Source {
  readonly stream: string;
  /** [B, M, R]. */
  readonly state: tf.Tensor;
  /** Added to the attention scores: padding is not seen. */
  readonly bias?: tf.Tensor;
}

/** `reads` names streams with the width R of their side states. */
export function sideBlockPlan(
  name: string,
  { width, hidden }: BlockShape,
  reads: Readonly<Record<string, number>> = {},
): TensorPlans {
  const crossings = Object.entries(reads).map(([stream, from]) =>
    crossingPlan(`${name}.read.${stream}`, width, from),
  );
  return {
    ...(Object.assign({}, ...crossings) as TensorPlans),
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

function crossingPlan(name: string, width: number, from: number): TensorPlans {
  return {
    ...normPlan(`${name}.norm`, width),
    ...linearPlan(`${name}.query`, width, width),
    ...linearPlan(`${name}.key`, from, width),
    ...linearPlan(`${name}.value`, from, width),
    ...linearPlan(`${name}.projection`, width, width),
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

/** [B, N, S] to [B, N, S]; `bias` is added to the attention scores (padding, the future). */
export function sideBlock(
  params: Params,
  name: string,
  x: tf.Tensor,
  heads: number,
  bias?: tf.Tensor,
  sources: readonly Source[] = [],
): tf.Tensor {
  const normed = norm(params, `${name}.norm_attention`, x);
  const mixed = attention(
    dense(params, `${name}.query`, normed) as tf.Tensor3D,
    dense(params, `${name}.key`, normed) as tf.Tensor3D,
    dense(params, `${name}.value`, normed) as tf.Tensor3D,
    { heads, bias },
  );
  let attended = tf.add(x, dense(params, `${name}.projection`, mixed));
  for (const source of sources) {
    attended = tf.add(attended, cross(params, `${name}.read.${source.stream}`, attended, heads, source));
  }
  const hidden = activation('gelu')(
    dense(params, `${name}.mlp_in`, norm(params, `${name}.norm_mlp`, attended)),
  );
  return tf.add(attended, dense(params, `${name}.mlp_out`, hidden));
}

/** What the tokens [B, N, S] find in another stream, [B, N, S]. */
function cross(
  params: Params,
  name: string,
  x: tf.Tensor,
  heads: number,
  { state, bias }: Source,
): tf.Tensor {
  const found = attention(
    dense(params, `${name}.query`, norm(params, `${name}.norm`, x)),
    dense(params, `${name}.key`, state),
    dense(params, `${name}.value`, state),
    { heads, bias },
  );
  return dense(params, `${name}.projection`, found);
}

/** `sideBlock` that keeps nothing but what it reads for the backward pass, and runs again there. */
export function savingSideBlock(
  params: Params,
  name: string,
  x: tf.Tensor,
  heads: number,
  bias?: tf.Tensor,
  sources: readonly Source[] = [],
): tf.Tensor {
  const own = Object.entries(params).filter(([key]) => key.startsWith(`${name}.`));
  const states = sources.map(({ stream, state }) => [`state ${stream}`, state] as const);
  const biases = sources.flatMap((source) =>
    source.bias ? [[`bias ${source.stream}`, source.bias] as const] : [],
  );
  return checkpoint(
    (given) => {
      const seen = sources.map(({ stream }) => ({
        stream,
        state: given[`state ${stream}`]!,
        bias: given[`bias ${stream}`],
      }));
      return sideBlock(given, name, given['x']!, heads, given['bias'], seen);
    },
    { ...Object.fromEntries([...own, ...states]), x },
    { ...(bias ? { bias } : {}), ...Object.fromEntries(biases) },
  );
}

/**
 * Bytes that a block keeps for its backward pass: 2 norms, q, k, v, their mixture, the residual and 2 hidden layers, and
 * the attention map with its scores. Source: method §5.2.
 */
export function activationBytes({ width, heads, hidden }: BlockShape, batch: number, tokens: number): number {
  return 4 * batch * tokens * (8 * width + 2 * hidden + heads * tokens);
}
