/**
 * Where shallow ends and deep begins: measured from how diagonal the backbone's own attention is.
 *
 * Letters: B batch, H heads, N tokens, L blocks (of a stream).
 *
 * The paper motivates imitation in shallow layers by attention that is close to the diagonal there; the rule itself is
 * not published. Ours: diagonality δ_l is the attention that falls on tokens at most one place away, averaged over
 * examples, heads and queries (padding is none). Shallow are the first blocks whose δ_l stays above the middle between the largest and
 * the smallest; where δ hardly varies, or never falls, half of the blocks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backbone, Params, State, TensorRecord } from '@mdpd/core';
import { plainParams, runStates } from '../forward.ts';
import { blockRange } from '../token-counts.ts';
import { tokenView } from '../token-view.ts';

/** Smallest spread of δ over the blocks that counts as a pattern. */
const smallestSpread = 0.05;

/** 1 where two tokens are at most `reach` apart, [N, N]. */
export function bandMask(tokens: number, reach = 1): tf.Tensor2D {
  const data = new Float32Array(tokens * tokens);
  for (let i = 0; i < tokens; i++) {
    for (let j = Math.max(0, i - reach); j <= Math.min(tokens - 1, i + reach); j++) data[i * tokens + j] = 1;
  }
  return tf.tensor2d(data, [tokens, tokens]);
}

/**
 * δ of every block of a stream, [L] for each stream. A block that leaves a stream as it is has the δ of the block before it (or of
 * the first that changes it). Streams without attention maps are left out. Pure.
 */
export function diagonality(
  backbone: Backbone,
  params: Params,
  input: Readonly<TensorRecord>,
): Record<string, tf.Tensor> {
  if (!backbone.attention) return {};
  const states: State[] = runStates(backbone, plainParams(params), input);
  const blocks = states.slice(0, -1).map((state, index) =>
    tf.tidy(() => {
      const maps = Object.entries(backbone.attention!(params, index, state));
      return Object.fromEntries(
        maps.map(([stream, map]) => {
          const { mask } = tokenView(backbone.streams[stream]!, state, map.shape[2]!);
          return [stream, nearDiagonal(map, mask)];
        }),
      );
    }),
  );
  const streams = Object.keys(backbone.streams).filter((stream) => blocks.some((block) => stream in block));
  return Object.fromEntries(
    streams.map((stream) => {
      const own = blocks.slice(...blockRange(backbone, stream));
      let current = own.find((block) => stream in block)![stream]!;
      return [stream, tf.stack(own.map((block) => (current = block[stream] ?? current)))];
    }),
  );
}

/** Attention at most one place away, averaged over the queries of a `mask` [B, N]: a scalar from [B, H, N, N]. */
function nearDiagonal(map: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor {
  const near = tf.sum(tf.mul(map, bandMask(map.shape[3]!)), -1);
  if (!mask) return tf.mean(near);
  const real = tf.expandDims(mask, 1);
  return tf.div(tf.sum(tf.mul(near, real)), tf.mul(tf.maximum(tf.sum(real), 1), map.shape[1]!));
}

/** The last shallow block (from 1, the stream's first) for δ_1 … δ_L. */
export function boundaryOf(deltas: readonly number[]): number {
  const half = Math.floor(deltas.length / 2);
  const [low, high] = [Math.min(...deltas), Math.max(...deltas)];
  if (deltas.length < 2 || high - low < smallestSpread) return half;
  const middle = (low + high) / 2;
  const firstDeep = deltas.findIndex((delta) => delta < middle);
  // A pattern that starts off the diagonal, or never leaves it, says nothing about depth.
  return firstDeep <= 0 ? half : firstDeep;
}
