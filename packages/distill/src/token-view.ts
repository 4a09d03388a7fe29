/**
 * What the engine's own layers see of a stream: padding is no token, and a causal stream has no future.
 *
 * Letters: B batch, N tokens, S width.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { State, StreamSpec } from '@mdpd/core';

/** Which tokens of a stream are seen, by which others. */
export interface TokenView {
  /** [B, N], 1 or 0 (padding); absent: all are tokens. */
  readonly mask?: tf.Tensor;
  /** Added to attention scores over the stream's own tokens, broadcast to [B, 1, N, N]; absent: all are seen. */
  readonly bias?: tf.Tensor;
}

/** A score that leaves nothing after the soft-max, beside any other. */
const unseen = -1e9;

/** The view of a stream in a batch, from any of its states. Constants of a step. */
export function tokenView(
  { mask: name, causal = false }: StreamSpec,
  state: State,
  tokens: number,
): TokenView {
  const mask = name === undefined ? undefined : maskOf(state, name);
  const parts = [...(mask ? [keyBias(mask)] : []), ...(causal ? [causalBias(tokens)] : [])];
  if (parts.length === 0) return {};
  return { mask, bias: parts.length === 1 ? parts[0] : tf.add(parts[0]!, parts[1]!) };
}

function maskOf(state: State, name: string): tf.Tensor {
  const mask = state[name]!;
  return mask.dtype === 'float32' ? mask : tf.cast(mask, 'float32');
}

/** Bias of keys, [B, 1, 1, N]: padding is not seen. */
export function keyBias(mask: tf.Tensor): tf.Tensor {
  const [batch, tokens] = mask.shape as [number, number];
  return tf.reshape(tf.mul(tf.sub(1, mask), unseen), [batch, 1, 1, tokens]);
}

/** [1, 1, N, N]: later tokens are not seen. */
function causalBias(tokens: number): tf.Tensor {
  const data = Float32Array.from({ length: tokens * tokens }, (_, at) =>
    at % tokens > Math.floor(at / tokens) ? unseen : 0,
  );
  return tf.tensor4d(data, [1, 1, tokens, tokens]);
}

/** Mean over the tokens that are there, [B, N, S] to [B, S]. */
export function meanOfTokens(x: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor {
  if (!mask) return tf.mean(x, 1);
  const sum = tf.sum(tf.mul(x, tf.expandDims(mask, 2)), 1);
  return tf.div(sum, tf.maximum(tf.sum(mask, 1, true), 1));
}

/** The first N of learned positions [1, most, S]. */
export function positionsFor(positions: tf.Tensor, tokens: number): tf.Tensor {
  if (positions.shape[1] === tokens) return positions;
  return tf.slice(positions, [0, 0, 0], [-1, tokens, -1]);
}
