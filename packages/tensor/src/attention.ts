/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017).
 *
 * Letters: B batch, N queries, M keys and values, D width, H heads, d width of a head (D / H).
 */
import * as tf from '@tensorflow/tfjs-core';
import { add } from './lean-ops.ts';
import { withGradient } from './with-gradient.ts';

/** Heads, bias and scale of an attention. */
export interface AttentionOptions {
  /** H. */
  readonly heads: number;
  /** Added to the scores before the soft-max; broadcast to [B, H, N, M]. */
  readonly bias?: tf.Tensor;
  /** Factor of the scores; default 1/√d. */
  readonly scale?: number;
}

const swapped = [0, 2, 1, 3];

/** [B, N, D] to [B, H, N, d]. */
function splitHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number];
  return withGradient(
    { x },
    () => tf.transpose(tf.reshape(x, [batch, tokens, heads, width / heads]), swapped),
    (dy) => ({ x: () => tf.reshape(tf.transpose(dy, swapped), [batch, tokens, width]) }),
  );
}

/** [B, H, N, d] to [B, N, D]. */
function mergeHeads(x: tf.Tensor): tf.Tensor {
  const [batch, heads, tokens, width] = x.shape as [number, number, number, number];
  return withGradient(
    { x },
    () => tf.reshape(tf.transpose(x, swapped), [batch, tokens, heads * width]),
    (dy) => ({ x: () => tf.transpose(tf.reshape(dy, [batch, tokens, heads, width]), swapped) }),
  );
}

/** factor · q · kᵀ: [B, H, N, d] and [B, H, M, d] to [B, H, N, M]. The factor is applied to the smaller side. */
function scores(q: tf.Tensor, k: tf.Tensor, factor: number): tf.Tensor {
  return withGradient(
    { q, k },
    (save) => {
      save(q, k);
      return tf.matMul(tf.mul(q, factor), k, false, true);
    },
    (dy, savedQ, savedK) => ({
      q: () => tf.mul(tf.matMul(dy, savedK!), factor),
      k: () => tf.mul(tf.matMul(dy, savedQ!, true, false), factor),
    }),
  );
}

/**
 * softmax(scale · q·kᵀ + bias) of every head.
 *
 * @param q - shape [B, N, D]
 * @param k - shape [B, M, D]
 * @returns shape [B, H, N, M]
 */
export function attentionProbabilities(q: tf.Tensor, k: tf.Tensor, options: AttentionOptions): tf.Tensor {
  const { heads, bias } = options;
  const factor = options.scale ?? 1 / Math.sqrt(q.shape[2]! / heads);
  const plain = scores(splitHeads(q, heads), splitHeads(k, heads), factor);
  return tf.softmax(bias ? add(plain, bias) : plain);
}

/**
 * Attention of every query over all keys, heads side by side.
 *
 * @param q - shape [B, N, D]
 * @param k - shape [B, M, D]
 * @param v - shape [B, M, D]
 * @returns shape [B, N, D]
 */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, options: AttentionOptions): tf.Tensor {
  const probabilities = attentionProbabilities(q, k, options);
  return mergeHeads(tf.matMul(probabilities, splitHeads(v, options.heads)));
}
