/**
 * Layers with their parameters by name. No layer of a T5 has a shift.
 *
 * Letters: B batch, N queries, M keys, D width, I inputs, O outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Params } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { attention, attentionProbabilities } from '@mdpd/tensor/attention';
import { add } from '@mdpd/tensor/lean-ops';
import { linear } from '@mdpd/tensor/linear';
import { tensorOf } from '@mdpd/tensor/named-layers';
import { rmsNorm } from '@mdpd/tensor/rms-norm';
import type { T5Config } from './t5-config.ts';
import type { AttentionNames, MlpNames } from './tensor-names.ts';

/** [..., O] from [..., I]. */
export function applyLinear(params: Params, name: string, x: Tensor): Tensor {
  return linear(x, tensorOf(params, `${name}.weight`));
}

/** [..., D] from [..., D]. */
export function applyNorm({ epsilon }: T5Config, params: Params, name: string, x: Tensor): Tensor {
  return rmsNorm(x, tensorOf(params, `${name}.weight`), epsilon);
}

/** What attention looks at. */
export interface KeyValue {
  /** [B, M, H·d]. */
  readonly key: Tensor;
  /** [B, M, H·d]. */
  readonly value: Tensor;
}

/** Keys and values of [B, M, D]. */
export function keyValue(params: Params, names: AttentionNames, over: Tensor): KeyValue {
  return { key: applyLinear(params, names.key, over), value: applyLinear(params, names.value, over) };
}

/**
 * x + attention of the normalised x [B, N, D] over what `look` makes of it, with `bias` broadcast to [B, H, N, M].
 * Scores are not divided by √d: the query's first values are that much smaller instead.
 */
export function attend(
  config: T5Config,
  params: Params,
  names: AttentionNames,
  x: Tensor,
  look: (normed: Tensor) => KeyValue,
  bias: Tensor,
): Tensor {
  const normed = applyNorm(config, params, names.norm, x);
  const { key, value } = look(normed);
  const query = applyLinear(params, names.query, normed);
  const mixed = attention(query, key, value, { heads: config.heads, bias, scale: 1 });
  return add(x, applyLinear(params, names.output, mixed));
}

/** Attention probabilities [B, H, N, N] of a block over its own tokens. */
export function selfProbabilities(
  config: T5Config,
  params: Params,
  names: AttentionNames,
  x: Tensor,
  bias: Tensor,
): Tensor {
  const normed = applyNorm(config, params, names.norm, x);
  const query = applyLinear(params, names.query, normed);
  const key = applyLinear(params, names.key, normed);
  return attentionProbabilities(query, key, { heads: config.heads, bias, scale: 1 });
}

/** x + MLP of the normalised x, [B, N, D]. */
export function applyMlp(config: T5Config, params: Params, names: MlpNames, x: Tensor): Tensor {
  const normed = applyNorm(config, params, names.norm, x);
  const active = activation(config.activation)(applyLinear(params, names.input, normed));
  const hidden = config.gated ? tf.mul(active, applyLinear(params, names.gate, normed)) : active;
  return add(x, applyLinear(params, names.output, hidden));
}
