/**
 * Patches of images that fill the upper left corner of a canvas.
 *
 * Letters: B batch, C channels, H × W pixels of the canvas, h × w patches of an image, P patches of the canvas, row by
 * row, R values of a patch, G × G positions that the model learned, D width.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { reshape } from '@mdpd/tensor/lean-ops';
import type { Grid } from './vilt-config.ts';

/** Pixels [B, P, R] of images [B, C, H, W], channel by channel, as filters of a convolution lie in memory. */
export function patchPixels(images: Tensor, { rows, columns }: Grid, patch: number): Tensor {
  const [batch, channels] = images.shape as [number, number];
  // Two swaps of neighbouring axes, because the wasm backend is slow at permuting six axes at once.
  const lines = tf.reshape(images, [batch * channels * rows, patch, columns, patch]);
  const perPatch = tf.reshape(tf.transpose(lines, [0, 2, 1, 3]), [
    batch,
    channels,
    rows * columns,
    patch * patch,
  ]);
  const joined = tf.transpose(perPatch, [0, 2, 1, 3]);
  return tf.reshape(joined, [batch, rows * columns, channels * patch * patch]);
}

/** Where the images of a batch have patches. Constants: they depend on inputs alone. */
export interface PatchView {
  /** [B, P], 1 where there is image. */
  readonly mask: Tensor;
  /** h and w, [B, 1] each. */
  readonly rows: Tensor;
  readonly columns: Tensor;
}

/** From a mask of pixels [B, H, W]: a patch is what its first pixel is, as `interpolate` of PyTorch takes the nearest. */
export function patchView(pixelMask: Tensor, { rows, columns }: Grid, patch: number): PatchView {
  const [batch] = pixelMask.shape as [number];
  const lines = tf.reshape(tf.cast(pixelMask, 'float32'), [batch, rows, patch, columns * patch]);
  const first = tf.reshape(tf.slice(lines, [0, 0, 0, 0], [-1, -1, 1, -1]), [batch, rows * columns, patch]);
  const mask = tf.reshape(tf.slice(first, [0, 0, 0], [-1, -1, 1]), [batch, rows, columns]);
  return {
    mask: tf.reshape(mask, [batch, rows * columns]),
    rows: tf.sum(tf.reshape(tf.slice(mask, [0, 0, 0], [-1, -1, 1]), [batch, rows]), 1, true),
    columns: tf.sum(tf.reshape(tf.slice(mask, [0, 0, 0], [-1, 1, -1]), [batch, columns]), 1, true),
  };
}

/** Row and column of every patch of the canvas, [1, P] each. */
function places({ rows, columns }: Grid): { readonly row: Tensor; readonly column: Tensor } {
  const all = Array.from({ length: rows * columns }, (_, index) => index);
  return {
    row: tf.tensor2d([all.map((index) => Math.floor(index / columns))], [1, all.length], 'float32'),
    column: tf.tensor2d([all.map((index) => index % columns)], [1, all.length], 'float32'),
  };
}

/** Centres [B, P, 2] (x, y) of patches as shares of their image. Those outside of the image are 0. */
export function patchCentres({ mask, rows, columns }: PatchView, grid: Grid): Tensor {
  const { row, column } = places(grid);
  const share = (place: Tensor, count: Tensor): Tensor =>
    tf.mul(tf.div(tf.add(place, 0.5), tf.maximum(count, 1)), mask);
  return tf.stack([share(column, columns), share(row, rows)], 2);
}

/**
 * Positions [B, P, D] of the patches from those learned, [G·G, D], which are interpolated to the h × w patches of every
 * image: bilinear, corners on corners. Outside of the image they are 0.
 *
 * A patch's four neighbours are weighted by a row of a matrix [P, G·G] made of h and w, so that nothing is read and
 * shapes do not depend on the images.
 */
export function patchPositions(learned: Tensor, side: number, view: PatchView, grid: Grid): Tensor {
  const [batch, patches] = view.mask.shape as [number, number];
  const { row, column } = places(grid);
  const vertical = weights(row, view.rows, side);
  const horizontal = weights(column, view.columns, side);
  const both = tf.mul(
    tf.reshape(vertical, [batch * patches, side, 1]),
    tf.reshape(horizontal, [batch * patches, 1, side]),
  );
  const found = tf.matMul(tf.reshape(both, [batch * patches, side * side]), learned);
  return reshape(found, [batch, patches, -1]);
}

/** Weights [B, P, G] of G learned places in one direction, for patches at `place` [1, P] of `count` [B, 1]. */
function weights(place: Tensor, count: Tensor, side: number): Tensor {
  const step = tf.div(side - 1, tf.maximum(tf.sub(count, 1), 1));
  const at = tf.expandDims(tf.mul(place, step), 2);
  const learned = tf.reshape(tf.range(0, side, 1, 'float32'), [1, 1, side]);
  const near = tf.relu(tf.sub(1, tf.abs(tf.sub(at, learned))));
  return tf.mul(near, tf.expandDims(tf.cast(tf.less(place, count), 'float32'), 2));
}
