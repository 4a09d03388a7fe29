/**
 * Boxes predicted as steps from a place that is known.
 *
 * Letters: B batch.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { add } from './lean-ops.ts';

/** Nearer to the edge than this share of the image, its logit would not be finite. */
const EDGE = 1e-3;

/**
 * Raw boxes whose centre is `centre` where the raw step is 0: its logits are added, as in the iterative refinement of
 * Deformable DETR (Zhu et al. 2021, §A.4), whose reference points these are.
 *
 * @param centre - shape [B, 2]: x, y as shares of the image
 * @param raw - shape [B, 4]: steps of centre x, centre y; raw width, height
 * @returns shape [B, 4], raw: their sigmoids are shares of the image
 */
export function boxAround(centre: Tensor, raw: Tensor): Tensor {
  const inside = tf.minimum(tf.maximum(centre, EDGE), 1 - EDGE);
  const logits = tf.sub(tf.log(inside), tf.log(tf.sub(1, inside)));
  return add(
    raw,
    tf.pad(logits, [
      [0, 0],
      [0, 2],
    ]),
  );
}
