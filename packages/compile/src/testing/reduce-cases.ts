/** Cases of operations that sum up along axes. */
import * as tf from '@tensorflow/tfjs-core';
import type { Case } from './differential.ts';
import { positive, truths, whole } from './elementwise-cases.ts';
import { wave, type Numbers } from './run-graph.ts';

type Axis = number | number[] | undefined;
type Reduction = (x: tf.Tensor, axis: Axis, keepDims: boolean) => tf.Tensor;

const axes: readonly (readonly [readonly number[], Axis])[] = [
  [[2, 3, 4], undefined],
  [[2, 3, 4], -1],
  [
    [2, 3, 4],
    [0, 2],
  ],
  [[2, 3, 4], 1],
  [[1, 5, 1], 0],
  [
    [1, 5, 1],
    [0, 2],
  ],
  [[7], undefined],
  [[1, 1], undefined],
  [[], undefined],
];

function along(
  name: string,
  reduction: Reduction,
  make: (shape: readonly number[]) => Numbers,
  gradient = true,
): Case[] {
  return axes.flatMap(([shape, axis]) =>
    [false, true].map((keepDims) => ({
      name: `${name} of [${shape.join(',')}] along ${String(axis)}${keepDims ? ', kept' : ''}`,
      fn: (x) => reduction(x!, axis, keepDims),
      operands: [make(shape)],
      gradient,
    })),
  );
}

const floating: readonly Case[] = [
  ...along('sum', (x, axis, keep) => tf.sum(x, axis, keep), wave),
  ...along('mean', (x, axis, keep) => tf.mean(x, axis, keep), wave),
  ...along('max', (x, axis, keep) => tf.max(x, axis, keep), wave),
  ...along('min', (x, axis, keep) => tf.min(x, axis, keep), wave),
  ...along('logSumExp', (x, axis, keep) => tf.logSumExp(x, axis, keep), wave),
  ...along('prod', (x, axis, keep) => tf.prod(x, axis, keep), positive, false),
  ...along('norm', (x, axis, keep) => tf.norm(x, 'euclidean', axis, keep), positive),
];

const others: readonly Case[] = [
  ...along('sum of integers', (x, axis, keep) => tf.sum(x, axis, keep), whole),
  ...along('sum of truth values', (x, axis, keep) => tf.sum(x, axis, keep), truths),
  ...along('mean of integers', (x, axis, keep) => tf.mean(x, axis, keep), whole),
  ...along('max of integers', (x, axis, keep) => tf.max(x, axis, keep), whole),
  ...along('min of integers', (x, axis, keep) => tf.min(x, axis, keep), whole),
  ...along('prod of integers', (x, axis, keep) => tf.prod(x, axis, keep), whole),
  ...along('all', (x, axis, keep) => tf.all(x, axis, keep), truths),
  ...along('any', (x, axis, keep) => tf.any(x, axis, keep), truths),
];

const indices: readonly Case[] = [
  { name: 'argMax', fn: (x) => tf.argMax(x!, -1), operands: [wave([3, 4])] },
  { name: 'argMax of the first axis', fn: (x) => tf.argMax(x!, 0), operands: [wave([3, 4])] },
  { name: 'argMin', fn: (x) => tf.argMin(x!, 1), operands: [wave([2, 3, 2])] },
  { name: 'argMax with ties', fn: (x) => tf.argMax(x!, 0), operands: [whole([9])] },
  { name: 'argMin with ties, integers', fn: (x) => tf.argMin(x!, -1), operands: [whole([2, 9])] },
];

const combined: readonly Case[] = [
  { name: 'moments', fn: (x) => Object.values(tf.moments(x!, -1, true)), operands: [wave([3, 4])] },
  { name: 'cumsum', fn: (x) => tf.cumsum(x!, 1), operands: [wave([3, 4])] },
  { name: 'cumsum, exclusive', fn: (x) => tf.cumsum(x!, 0, true), operands: [wave([5])] },
  { name: 'cumsum, reversed', fn: (x) => tf.cumsum(x!, 2, false, true), operands: [wave([2, 1, 4])] },
  {
    name: 'cumsum of the first axis, exclusive and reversed',
    fn: (x) => tf.cumsum(x!, 0, true, true),
    operands: [wave([3, 4])],
    gradient: false,
  },
  { name: 'cumsum of integers', fn: (x) => tf.cumsum(x!, 0), operands: [whole([5])] },
  { name: 'mean of many', fn: (x) => tf.mean(x!), operands: [wave([97, 31])] },
];

export const reduceCases = { floating, others, indices, combined };
