/**
 * Losses of boxes, with the weights of DETR and MDETR.
 *
 * Letters: B batch.
 */
import { stopGradient } from '@mdpd/tensor/with-gradient';
import * as tf from '@tensorflow/tfjs-core';

/** Of the sum over a box's four values. */
const l1Weight = 5;
const giouWeight = 2;
/** Areas below it, as shares of the image, count as it: boxes of no size at all have no NaN for a loss. */
const leastArea = 1e-12;

/** Centres and sizes [B, 2] of boxes [B, 4] as (centre x, centre y, width, height). */
function corners(boxes: tf.Tensor): { low: tf.Tensor; high: tf.Tensor; size: tf.Tensor } {
  const batch = boxes.shape[0]!;
  const centre = tf.slice(boxes, [0, 0], [batch, 2]);
  const size = tf.slice(boxes, [0, 2], [batch, 2]);
  const half = tf.mul(size, 0.5);
  return { low: tf.sub(centre, half), high: tf.add(centre, half), size };
}

/** [B], from sides [B, 2]. */
function area(sides: tf.Tensor): tf.Tensor {
  const batch = sides.shape[0]!;
  const side = (axis: number): tf.Tensor => tf.slice(sides, [0, axis], [batch, 1]);
  return tf.reshape(tf.mul(side(0), side(1)), [batch]);
}

/**
 * Generalized IoU of every pair (Rezatofighi et al. 2019), as torchvision's `generalized_box_iou` has it on its diagonal.
 *
 * @param a - shape [B, 4]: centre x, centre y, width, height
 * @param b - shape [B, 4]
 * @returns shape [B], in [−1, 1]
 */
export function generalizedIou(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [first, second] = [corners(a), corners(b)];
  const shared = tf.sub(tf.minimum(first.high, second.high), tf.maximum(first.low, second.low));
  const inter = area(tf.relu(shared));
  const union = tf.sub(tf.add(area(first.size), area(second.size)), inter);
  const hull = area(tf.sub(tf.maximum(first.high, second.high), tf.minimum(first.low, second.low)));
  const share = (part: tf.Tensor, whole: tf.Tensor): tf.Tensor => tf.div(part, tf.maximum(whole, leastArea));
  return tf.sub(share(inter, union), share(tf.sub(hull, union), hull));
}

/** 5 · Σ |a − b| + 2 · (1 − GIoU), [B], of boxes [B, 4] as (centre x, centre y, width, height). */
function distance(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const l1 = tf.sum(tf.abs(tf.sub(a, b)), 1);
  return tf.add(tf.mul(l1, l1Weight), tf.mul(tf.sub(1, generalizedIou(a, b)), giouWeight));
}

/**
 * How far the predicted box is from the right one.
 *
 * @param output - shape [B, 4]: raw values, whose sigmoids are centre x, centre y, width, height as shares of the image
 * @param boxes - shape [B, 4]: those of the right boxes; not differentiated
 * @returns shape [B]
 */
export function boxLoss(output: tf.Tensor, boxes: tf.Tensor): tf.Tensor {
  return distance(tf.sigmoid(output), stopGradient(boxes));
}

/**
 * How far the student's box is from the teacher's, which is not differentiated. A box has no temperature.
 *
 * @param student - shape [B, 4], raw
 * @param teacher - shape [B, 4], raw
 * @returns shape [B]
 */
export function boxDistillation(student: tf.Tensor, teacher: tf.Tensor): tf.Tensor {
  return distance(tf.sigmoid(student), stopGradient(tf.sigmoid(teacher)));
}
