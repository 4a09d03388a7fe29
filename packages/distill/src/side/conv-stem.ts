/**
 * The side network's own eyes: a few strided convolutions over raw input, summed up in one vector an example.
 *
 * Letters: B batch, H rows, W columns, C channels, E summary width.
 *
 * A teacher that only reads the backbone's hidden states knows no more than the backbone; convolutions see what
 * patches do not (as DeiT's convolutional teacher does, arXiv 2012.12877). Each level is a 4×4 convolution of stride 2
 * written as reshapes and one matrix product, because WebAssembly has no gradient of a filter.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Params } from '@mdpd/core';
import { activation } from '@mdpd/tensor/activations';
import { linear } from '@mdpd/tensor/linear';
import { checkpoint } from '@mdpd/tensor/recompute';
import { partSizes } from '../part-sizes.ts';
import { linearPlan, type TensorPlans } from '../specs.ts';
import { dense } from './side-block.ts';

/** Width E of the summary. */
export const summaryWidth = 64;

/** Levels go on until neither side is longer. */
const largestGrid = 8;

const levelWidths = [16, 32];

interface Level {
  readonly rows: number;
  readonly columns: number;
  readonly inputs: number;
  readonly outputs: number;
}

const halved = (length: number): number => Math.ceil(length / 2);

/** Levels for a grid of `shape` [H, W, C]. */
function levelsFor([height, width, channels]: readonly [number, number, number]): Level[] {
  const levels: Level[] = [];
  let [rows, columns, inputs] = [height, width, channels];
  while (levels.length === 0 || Math.max(rows, columns) > largestGrid) {
    [rows, columns] = [halved(rows), halved(columns)];
    const outputs = levelWidths[Math.min(levels.length, levelWidths.length - 1)]!;
    levels.push({ rows, columns, inputs, outputs });
    inputs = outputs;
  }
  return levels;
}

/** @param shape [H, W, C] of the raw grid */
export function convStemPlan(name: string, shape: readonly [number, number, number]): TensorPlans {
  const levels = levelsFor(shape);
  const { rows, columns, outputs } = levels.at(-1)!;
  return Object.assign(
    {},
    ...levels.map((level, index) =>
      linearPlan(`${name}.conv.${index}`, 16 * level.inputs, level.outputs, Math.SQRT2),
    ),
    linearPlan(`${name}.summary`, rows * columns * outputs, summaryWidth),
  ) as TensorPlans;
}

/** What is large, in bytes of the 4×4 windows of a level. */
export interface StemLimits {
  /** Windows that are written out for one product; larger ones are multiplied corner by corner. */
  readonly level: number;
  /** Windows of the examples that go through the stem together; more go part by part. */
  readonly part: number;
}

const usualLimits: StemLimits = { level: 4e6, part: 32e6 };

/** Each costs its own nodes in the graph, and a start of every operator. */
const mostParts = 8;

const windowBytes = ({ rows, columns, inputs }: Level): number => 4 * rows * columns * 16 * inputs;

/** Summary [B, E] of a raw grid [B, H, W, C]. Pure. */
export function runConvStem(
  params: Params,
  name: string,
  grid: tf.Tensor,
  limits: StemLimits = usualLimits,
): tf.Tensor {
  const [batch, height, width, channels] = grid.shape as [number, number, number, number];
  const levels = levelsFor([height, width, channels]);
  const sizes = partSizes(batch, Math.max(...levels.map(windowBytes)), {
    bytes: limits.part,
    parts: mostParts,
  });
  if (sizes.length === 1) return runLevels(params, name, grid, levels, limits);
  const own = Object.fromEntries(Object.entries(params).filter(([key]) => key.startsWith(`${name}.`)));
  // Of all parts together only the grid is kept: each is computed again for its own backward pass. Slices and not one
  // split, which the compiler would keep: a slice it cuts again where that saves memory.
  let start = 0;
  const parts = sizes.map((size) => {
    const part = tf.slice(grid, [start, 0, 0, 0], [size, -1, -1, -1]);
    start += size;
    return checkpoint(({ part: x, ...given }) => runLevels(given, name, x!, levels, limits), own, { part });
  });
  return tf.concat(parts);
}

function runLevels(
  params: Params,
  name: string,
  grid: tf.Tensor,
  levels: readonly Level[],
  limits: StemLimits,
): tf.Tensor {
  const batch = grid.shape[0]!;
  let x = grid;
  levels.forEach((level, index) => {
    const conv = `${name}.conv.${index}`;
    x =
      batch * windowBytes(level) > limits.level
        ? savingLevel(params, conv, x, level, index > 0)
        : tf.relu(dense(params, conv, windows(x, level)));
  });
  return activation('gelu')(dense(params, `${name}.summary`, tf.reshape(x, [batch, -1])));
}

/** A level that never has more than one corner of its windows in memory, and keeps only its input for the backward pass. */
function savingLevel(
  params: Params,
  name: string,
  x: tf.Tensor,
  level: Level,
  differentiated: boolean,
): tf.Tensor {
  const own = { weight: params[`${name}.weight`]!, bias: params[`${name}.bias`]! };
  return checkpoint(
    ({ weight, bias, x: input }) => {
      const blocks = pixelBlocks(input!, level);
      const products = cornerPlaces.map((place, index) =>
        cornerProduct(weight!, blocks, { level, place, index, differentiated }),
      );
      return tf.relu(tf.add(tf.addN(products), bias!));
    },
    differentiated ? { ...own, x } : own,
    differentiated ? {} : { x },
  );
}

/** What one corner of the windows contributes; the corner itself is cut out again for the backward pass. */
function cornerProduct(
  weight: tf.Tensor,
  blocks: tf.Tensor,
  about: { level: Level; place: CornerPlace; index: number; differentiated: boolean },
): tf.Tensor {
  const { level, place, index, differentiated } = about;
  const width = 4 * level.inputs;
  return checkpoint(
    (given) =>
      linear(
        corner(given['blocks']!, level, place),
        tf.slice(given['weight']!, [0, index * width], [-1, width]),
      ),
    differentiated ? { weight, blocks } : { weight },
    differentiated ? {} : { blocks },
  );
}

/** 4×4 windows at stride 2 with one pixel of zeros around: [B, H, W, C] to [B, ⌈H/2⌉, ⌈W/2⌉, 16·C]. */
function windows(x: tf.Tensor, level: Level): tf.Tensor {
  const blocks = pixelBlocks(x, level);
  return tf.concat(
    cornerPlaces.map((place) => corner(blocks, level, place)),
    -1,
  );
}

/** Row and column of a corner of the windows. */
type CornerPlace = readonly [row: number, column: number];

const cornerPlaces: readonly CornerPlace[] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

/** One of the 2×2 corners of the windows of a level, [B, ⌈H/2⌉, ⌈W/2⌉, 4·C]. */
function corner(blocks: tf.Tensor, { rows, columns, inputs }: Level, [row, column]: CornerPlace): tf.Tensor {
  return tf.slice(blocks, [0, row, column, 0], [blocks.shape[0]!, rows, columns, 4 * inputs]);
}

/** 2×2 blocks of pixels side by side as channels, [B, ⌈H/2⌉+1, ⌈W/2⌉+1, 4·C]: a window is 2×2 of them. */
function pixelBlocks(x: tf.Tensor, { rows, columns, inputs }: Level): tf.Tensor {
  const [batch, height, width] = x.shape as [number, number, number];
  const padded = tf.pad(x, [
    [0, 0],
    [1, 2 * rows + 1 - height],
    [1, 2 * columns + 1 - width],
    [0, 0],
  ]);
  return tf.reshape(
    tf.transpose(tf.reshape(padded, [batch, rows + 1, 2, columns + 1, 2 * inputs]), [0, 1, 3, 2, 4]),
    [batch, rows + 1, columns + 1, 4 * inputs],
  );
}
