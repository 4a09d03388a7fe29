/**
 * Cuts images into the windows of their patches.
 *
 * Letters: B batch, C channels, H × W pixels of the image, P patches, R values of a window.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
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

/** Repeats the pixels that neighbouring windows share, so that windows lie side by side like patches. */
function overlap(images: Tensor, grid: Extent, patch: Extent, context: number): Tensor {
  const border: [number, number] = [context, context];
  const padded = tf.pad(images as Tensor4D, [[0, 0], [0, 0], border, border]);
  const rows = tf.gather(padded, positions(grid.height, patch.height, context), 2);
  return tf.gather(rows, positions(grid.width, patch.width, context), 3);
}

/** Indices, along one padded side, of all pixels of its windows, window by window. */
function positions(count: number, length: number, context: number): tf.Tensor1D {
  const size = length + 2 * context;
  const indices = new Int32Array(count * size);
  for (let i = 0; i < indices.length; i++) indices[i] = Math.floor(i / size) * length + (i % size);
  return tf.tensor1d(indices, 'int32');
}
