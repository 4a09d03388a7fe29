/**
 * What tokens of a text see, and which of them stands for the text.
 *
 * Letters: B batch, T tokens of the text.
 *
 * Constants are of the most tokens that there can be, and cut to those that are there: so they do not depend on how many
 * there are, and a model file of any length holds one of each.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A score that leaves nothing after the soft-max, beside any other. */
const UNSEEN = -1e9;

/** Old configurations call the end 2, whatever it is: it has the largest id. */
const LARGEST = 2;

/** 0, 1, …, tokens − 1 as int32. */
function positions(most: number, tokens: number): Tensor {
  const all = tf.tensor1d(
    Int32Array.from({ length: most }, (_, at) => at),
    'int32',
  );
  return tokens === most ? all : tf.slice(all, [0], [tokens]);
}

/** What is added to scores, [B, 1, T, T]: padding and what comes later are not seen. From a mask [B, T]. */
export function causalBias(mask: Tensor, most: number): Tensor {
  const [batch, tokens] = mask.shape as [number, number];
  const places = positions(most, tokens);
  const later = tf.greater(tf.expandDims(places, 0), tf.expandDims(places, 1));
  const hidden = tf.mul(tf.cast(later, 'float32'), UNSEEN);
  const padding = tf.reshape(tf.mul(tf.sub(1, mask), UNSEEN), [batch, 1, 1, tokens]);
  return tf.add(tf.expandDims(tf.expandDims(hidden, 0), 0), padding);
}

/**
 * 1 at the token that a text is pooled at, else 0, [B, T]: the first that is `end`, or the first token where there is
 * none; where `end` is 2, the first of the largest id. Source: `CLIPTextModel.forward` of transformers. From ids [B, T].
 */
export function endOfText(ids: Tensor, end: number): Tensor {
  // Ids are exact as float32: there are fewer than 2^24.
  const values =
    end === LARGEST ? tf.cast(ids, 'float32') : tf.cast(tf.equal(ids, tf.scalar(end, 'int32')), 'float32');
  const largest = tf.cast(tf.equal(values, tf.max(values, 1, true)), 'float32');
  const first = tf.cast(tf.equal(tf.cumsum(largest, 1), 1), 'float32');
  return tf.mul(largest, first);
}
