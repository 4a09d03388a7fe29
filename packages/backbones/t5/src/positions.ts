/**
 * Places of tokens, and which of them a token does not see.
 *
 * Letters: B batch, N tokens, T tokens of an answer.
 *
 * Constants are of the most tokens that there can be, and cut to those that are there: so they do not depend on how many
 * there are, and a model file of any length holds one of each.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A score that leaves nothing after the soft-max, beside any other. */
const UNSEEN = -1e9;

/** 0, 1, …, tokens − 1 as int32. */
export function positions(most: number, tokens: number): Tensor {
  const all = tf.tensor1d(
    Int32Array.from({ length: most }, (_, at) => at),
    'int32',
  );
  return tokens === most ? all : tf.slice(all, [0], [tokens]);
}

const unseen = (hidden: Tensor): Tensor => tf.mul(tf.cast(hidden, 'float32'), UNSEEN);

/** What is added to scores, [B, 1, 1, N]: nobody sees padding. From a mask [B, N]. */
export function paddingBias(mask: Tensor): Tensor {
  const [batch, tokens] = mask.shape as [number, number];
  return tf.reshape(tf.mul(tf.sub(1, mask), UNSEEN), [batch, 1, 1, tokens]);
}

/** [B, 1, T, T]: padding and what comes later are not seen. From a mask [B, T] of at most `most` tokens. */
export function causalBias(mask: Tensor, most: number): Tensor {
  const places = positions(most, mask.shape[1]!);
  const later = tf.greater(tf.expandDims(places, 0), tf.expandDims(places, 1));
  const axes = tf.expandDims(tf.expandDims(unseen(later), 0), 0);
  return tf.add(axes, paddingBias(mask));
}

/** [1, 1, 1, T]: what the token at `position`, an int32 scalar, does not see of T. */
export function laterBias(position: Tensor, tokens: number): Tensor {
  return tf.reshape(unseen(tf.greater(positions(tokens, tokens), position)), [1, 1, 1, tokens]);
}
