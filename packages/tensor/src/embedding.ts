/**
 * Look-ups in tables.
 *
 * Letters: V rows of the table, D width.
 */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

/**
 * Rows of `table`, as PyTorch's `Embedding`. Its gradient adds up the rows of equal ids; it keeps the ids alone.
 *
 * @param table - shape [V, D]
 * @param ids - shape [...], int32, each from 0 to V − 1
 * @returns shape [..., D]
 */
export function lookup(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  const [rows, width] = table.shape as [number, number];
  return withGradient(
    { table },
    (save) => {
      save(ids);
      return tf.gather(table, ids as tf.Tensor1D);
    },
    (dy, savedIds) => ({
      table: () => {
        const flat = tf.reshape(savedIds!, [-1]) as tf.Tensor1D;
        return tf.unsortedSegmentSum(tf.reshape(dy, [-1, width]), flat, rows);
      },
    }),
  );
}
