/**
 * Losses over all pairs of a batch's images and texts.
 *
 * Letters: B batch, P width of a vector.
 */
import { crossEntropy, distillationKl } from '@mdpd/tensor/losses';
import * as tf from '@tensorflow/tfjs-core';

/** Cosines of every image with every text, [B, B], divided by `temperature`; from [B, 2P]. */
function similarities(output: tf.Tensor, temperature: number): tf.Tensor {
  const [batch, width] = output.shape as [number, number];
  const images = tf.slice(output, [0, 0], [batch, width / 2]);
  const texts = tf.slice(output, [0, width / 2], [batch, width / 2]);
  return tf.div(tf.matMul(images, texts, false, true), temperature);
}

const mean = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.mul(tf.add(a, b), 0.5);

/**
 * Symmetric InfoNCE, the loss of CLIP: each image is to find its text among the batch's, and each text its image.
 *
 * @param output - shape [B, 2P]: unit vectors of image and text, side by side
 * @param temperature - what cosines are divided by
 * @returns shape [B]; its mean is CLIP's loss
 */
export function contrastiveLoss(output: tf.Tensor, temperature: number, smoothing = 0): tf.Tensor {
  const logits = similarities(output, temperature);
  const own = tf.range(0, output.shape[0]!, 1, 'int32');
  return mean(crossEntropy(logits, own, smoothing), crossEntropy(tf.transpose(logits), own, smoothing));
}

/**
 * T² · KL of which text belongs to an image, and which image to a text, averaged. The teacher is not differentiated.
 *
 * @param student - shape [B, 2P]
 * @param teacher - shape [B, 2Q]
 * @param softness - T
 * @returns shape [B]
 */
export function contrastiveDistillation(
  student: tf.Tensor,
  teacher: tf.Tensor,
  temperature: number,
  softness: number,
): tf.Tensor {
  const [s, t] = [similarities(student, temperature), similarities(teacher, temperature)];
  return mean(distillationKl(s, t, softness), distillationKl(tf.transpose(s), tf.transpose(t), softness));
}
