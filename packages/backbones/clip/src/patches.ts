/**
 * Patches of images.
 *
 * Letters: B batch, C channels, S pixels of a side, G patches of a side, P = G² patches, R values of a patch.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** [B, P, R] of images [B, C, S, S], in row-major order, channel by channel, as filters of a convolution lie in memory. */
export function patchPixels(images: Tensor, patch: number): Tensor {
  const [, channels, size] = images.shape as [number, number, number, number];
  const grid = size / patch;
  // Two swaps of neighbouring axes, because the wasm backend is slow at permuting six axes at once.
  const rows = tf.transpose(tf.reshape(images, [-1, patch, grid, patch]), [0, 2, 1, 3]);
  const perPatch = tf.reshape(rows, [-1, channels, grid * grid, patch * patch]);
  return tf.reshape(tf.transpose(perPatch, [0, 2, 1, 3]), [-1, grid * grid, channels * patch * patch]);
}

/** Centres (x, y) of patches as shares of the image, [1, P, 2]. */
export function patchCentres(grid: number): Tensor {
  const centres = Array.from({ length: grid * grid }, (_, at) => [
    ((at % grid) + 0.5) / grid,
    (Math.floor(at / grid) + 0.5) / grid,
  ]);
  return tf.tensor3d(centres.flat(), [1, grid * grid, 2]);
}
