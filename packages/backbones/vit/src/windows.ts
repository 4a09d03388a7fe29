/**
 * Cuts images into the windows of their patches.
 *
 * Letters: B batch, C channels, H × W pixels of the image, P patches, R values of a window.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Extent } from './vit-config.ts';

/**
 * Windows [B, P, R] of images [B, C, H, W]: for every patch, in row-major order, its pixels and those up to `context`
 * beyond each side, zeros outside the image. R = C · (height + 2 · context) · (width + 2 · context), channel by
 * channel, as filters of a convolution lie in memory.
 */
export function windows(images: Tensor, patch: Extent, context = 0): Tensor {
  const [, channels, height, width] = images.shape as [number, number, number, number];
  const grid = { height: height / patch.height, width: width / patch.width };
  const size = { height: patch.height + 2 * context, width: patch.width + 2 * context };
  const spread = context === 0 ? images : overlap(images, grid, patch, context);
  // Two swaps of neighbouring axes, because the wasm backend is slow at permuting six axes at once.
  const rows = tf.reshape(spread, [-1, size.height, grid.width, size.width]);
  const perPatch = tf.reshape(tf.transpose(rows, [0, 2, 1, 3]), [
    -1,
    channels,
    grid.height * grid.width,
    size.height * size.width,
  ]);
  return tf.reshape(tf.transpose(perPatch, [0, 2, 1, 3]), [
    -1,
    grid.height * grid.width,
    channels * size.height * size.width,
  ]);
}

/**
 * Repeats the pixels that neighbouring windows share, so that windows lie side by side like patches. Products with
 * 0/1 matrices on the right are exact, and on the wasm backend many times faster than gathering or slicing.
 */
function overlap(images: Tensor, grid: Extent, patch: Extent, context: number): Tensor {
  const swapped = [0, 1, 3, 2];
  const rows = selection(grid.height, patch.height, context);
  const columns = selection(grid.width, patch.width, context);
  const repeatedRows = tf.transpose(tf.matMul(tf.transpose(images, swapped), rows), swapped);
  return tf.matMul(repeatedRows, columns);
}

/** [pixels, window pixels]: a 1 where the pixel of an image's side is that pixel of the windows along it. */
function selection(count: number, length: number, context: number): tf.Tensor2D {
  const size = length + 2 * context;
  const pixels = count * length;
  const ones = new Float32Array(pixels * count * size);
  for (let i = 0; i < count * size; i++) {
    const pixel = Math.floor(i / size) * length + (i % size) - context;
    if (pixel >= 0 && pixel < pixels) ones[pixel * count * size + i] = 1;
  }
  return tf.tensor2d(ones, [pixels, count * size]);
}
