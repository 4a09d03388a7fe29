/**
 * Biases of attention by distance: learned for buckets of distances, near ones alone, far ones together.
 *
 * Letters: N queries and keys, H heads.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { lookup } from '@mdpd/tensor/embedding';
import { positions } from './positions.ts';
import type { T5Config } from './t5-config.ts';
import type { StackName } from './tensor-names.ts';

type Distances = Pick<T5Config, 'buckets' | 'farthest'>;

/**
 * Bucket of a key `offset` tokens after its query (before: below 0). The encoder has half of the buckets for each
 * direction; the decoder, which sees nothing after, all of them for what is before.
 * Source: `T5Attention._relative_position_bucket` of transformers, whose numbers are float32.
 */
export function distanceBucket(offset: number, stack: StackName, { buckets, farthest }: Distances): number {
  const both = stack === 'encoder';
  const count = both ? Math.floor(buckets / 2) : buckets;
  const distance = both ? Math.abs(offset) : Math.max(0, -offset);
  const base = both && offset > 0 ? count : 0;
  const single = Math.floor(count / 2);
  if (distance < single) return base + distance;
  const { fround } = Math;
  const ratio = fround(Math.log(fround(distance / single)));
  const share = fround(ratio / fround(Math.log(farthest / single)));
  return base + Math.min(count - 1, single + Math.trunc(fround(share * (count - single))));
}

/** Buckets of every distance backwards, from 0: what a decoder's step looks up. */
export function backwardBuckets(length: number, config: Distances): Int32Array {
  return Int32Array.from({ length }, (_, distance) => distanceBucket(-distance, 'decoder', config));
}

/** Buckets of every offset of two among `most` tokens, from 1 − most to most − 1. */
export function offsetBuckets(most: number, stack: StackName, config: Distances): Int32Array {
  return Int32Array.from({ length: 2 * most - 1 }, (_, at) => distanceBucket(at - (most - 1), stack, config));
}

/**
 * What distance adds to the scores of the first `tokens` tokens, [1, H, N, N].
 *
 * @param table - shape [buckets, H]
 * @param byOffset - `offsetBuckets` of `most` tokens: of the most that there can be, so that constants do not depend on
 *   how many there are
 */
export function distanceBias(table: Tensor, byOffset: Int32Array, most: number, tokens: number): Tensor {
  const places = positions(most, tokens);
  const offsets = tf.sub(tf.expandDims(places, 0), tf.expandDims(places, 1));
  const rows = tf.add(offsets, tf.scalar(most - 1, 'int32'));
  const ids = tf.gather(tf.tensor1d(byOffset, 'int32'), rows as tf.Tensor1D);
  return tf.expandDims(tf.transpose(lookup(table, ids), [2, 0, 1]), 0);
}
