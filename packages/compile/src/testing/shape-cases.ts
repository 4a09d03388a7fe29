/** Cases of operations that move, cut, join and repeat. */
import * as tf from '@tensorflow/tfjs-core';
import type { Case } from './differential.ts';
import { truths, whole } from './elementwise-cases.ts';
import { wave } from './run-graph.ts';

type Fn = (x: tf.Tensor) => tf.Tensor | readonly tf.Tensor[];

const of = (name: string, shape: readonly number[], fn: Fn, gradient = true): Case[] => [
  { name, fn: (x) => fn(x!), operands: [wave(shape)], gradient },
  { name: `${name}, integers`, fn: (x) => fn(x!), operands: [whole(shape)] },
];

const x3 = (x: tf.Tensor): tf.Tensor3D => x as tf.Tensor3D;

const moving: readonly Case[] = [
  ...of('reshape', [2, 3, 4], (x) => tf.reshape(x, [4, -1])),
  ...of('reshape to the same', [2, 3], (x) => tf.reshape(x, [2, 3])),
  ...of('reshape to a scalar', [1, 1], (x) => tf.reshape(x, [])),
  ...of('reshape of a reshape', [2, 6], (x) => tf.reshape(tf.reshape(x, [3, 4]), [12])),
  ...of('expandDims', [2, 3], (x) => tf.expandDims(x, -1)),
  ...of('expandDims of a scalar', [], (x) => tf.expandDims(x, 0)),
  ...of('squeeze', [1, 3, 1], (x) => tf.squeeze(x)),
  ...of('transpose', [2, 3, 4], (x) => tf.transpose(x, [2, 0, 1])),
  ...of('transpose without axes', [2, 3, 4], (x) => tf.transpose(x)),
  ...of('transpose with 1s', [1, 3, 1, 2], (x) => tf.transpose(x, [3, 0, 1, 2])),
  ...of('transpose of a transpose', [2, 3, 4], (x) => tf.transpose(tf.transpose(x, [1, 2, 0]), [1, 0, 2])),
  ...of('reverse', [3, 4], (x) => tf.reverse(x, 1)),
  ...of('reverse of all axes', [3, 4], (x) => tf.reverse(x)),
  ...of('reverse of two axes', [2, 3, 2], (x) => tf.reverse(x, [0, -1])),
];

const cutting: readonly Case[] = [
  ...of('slice', [2, 3, 4], (x) => tf.slice(x, [0, 1, 2], [2, -1, 1])),
  ...of('slice of everything', [2, 3], (x) => tf.slice(x, [0, 0], [2, 3])),
  ...of('slice of a few axes', [4, 3], (x) => tf.slice(x, 1, 2)),
  ...of('slice to nothing', [4, 3], (x) => tf.slice(x, [1, 0], [0, 3]), false),
  ...of('stridedSlice', [3, 5], (x) => tf.stridedSlice(x, [0, 1], [3, 5], [2, 2]), false),
  ...of('stridedSlice backwards', [4, 5], (x) => tf.stridedSlice(x, [-1, 4], [0, 0], [-1, -2]), false),
  ...of(
    'stridedSlice backwards to the start',
    [4, 5],
    (x) => tf.stridedSlice(x, [-1, 4], [0, 0], [-1, -2], 3, 3),
    false,
  ),
  ...of(
    'stridedSlice, new and shrunk axes',
    [4, 5],
    (x) => tf.stridedSlice(x, [1, 0, 2], [2, 1, 5], [1, 1, 1], 0, 0, 0, 2, 1),
    false,
  ),
  ...of(
    'stridedSlice with an ellipsis',
    [2, 3, 4],
    (x) => tf.stridedSlice(x, [0, 1], [0, 3], [1, 1], 0, 0, 1),
    false,
  ),
  ...of('split in equal parts', [4, 3], (x) => tf.split(x, 2)),
  ...of('split in given parts', [3, 6], (x) => tf.split(x, [1, 2, 3], 1)),
  ...of('split with an open part', [3, 6], (x) => tf.split(x, [1, -1], -1)),
  // tfjs has no gradient of several results that are one.
  ...of('split in one', [3, 2], (x) => tf.split(x, 1), false),
  ...of('split with an unused part', [3, 4], (x) => tf.split(x, [1, 3], 1)[1]!),
  ...of('unstack', [3, 2], (x) => tf.unstack(x, 1)),
  ...of('unstack of one', [1, 2], (x) => tf.unstack(x), false),
];

const joined: readonly Case[] = [
  {
    name: 'concat',
    fn: (a, b) => tf.concat([a!, b!], 1),
    operands: [wave([2, 3]), wave([2, 4], 1)],
  },
  {
    name: 'concat along the last axis, one twice',
    fn: (a, b) => tf.concat([a!, b!, a!], -1),
    operands: [wave([2, 1, 3]), wave([2, 1, 1], 1)],
  },
  {
    name: 'concat with an empty one',
    fn: (a, b) => tf.concat([a!, b!]),
    operands: [wave([0, 3]), wave([2, 3], 1)],
    gradient: false,
  },
  { name: 'concat of one', fn: (a) => tf.concat([a!]), operands: [wave([2, 3])] },
  {
    name: 'concat of integers',
    fn: (a, b) => tf.concat([a!, b!]),
    operands: [whole([2]), whole([3], 1)],
  },
  {
    name: 'concat of truth values',
    fn: (a, b) => tf.concat([a!, b!]),
    operands: [truths([2]), truths([3], 1)],
  },
  { name: 'stack', fn: (a, b) => tf.stack([a!, b!], 1), operands: [wave([2, 3]), wave([2, 3], 1)] },
  { name: 'stack at the end', fn: (a, b) => tf.stack([a!, b!], -1), operands: [wave([2]), wave([2], 1)] },
  { name: 'stack of scalars', fn: (a, b) => tf.stack([a!, b!]), operands: [wave([]), wave([], 1)] },
];

const repeating: readonly Case[] = [
  ...of('tile', [2, 3], (x) => tf.tile(x, [2, 3])),
  ...of('tile of 1s', [1, 3], (x) => tf.tile(x, [4, 1])),
  ...of('tile of 1s and others', [1, 3], (x) => tf.tile(x, [4, 2])),
  ...of('tile once', [2, 3], (x) => tf.tile(x, [1, 1])),
  ...of('broadcastTo', [1, 3], (x) => tf.broadcastTo(x, [4, 3])),
  ...of('broadcastTo more axes', [3], (x) => tf.broadcastTo(x, [2, 4, 3]), false),
  ...of('broadcast, then arithmetic', [1, 3], (x) =>
    tf.mul(tf.add(tf.tile(x, [4, 1]), tf.scalar(2, x.dtype as 'float32')), x),
  ),
  ...of('pad', [2, 3], (x) =>
    tf.pad(
      x,
      [
        [1, 0],
        [0, 2],
      ],
      2,
    ),
  ),
  ...of('pad with nothing', [2], (x) => tf.pad(x, [[0, 0]])),
  ...of('pad of three axes', [2, 2, 1], (x) =>
    tf.pad(x3(x), [
      [0, 0],
      [1, 1],
      [0, 3],
    ]),
  ),
];

const making: readonly Case[] = [
  { name: 'range', fn: (x) => tf.mul(x!, tf.range(0, 4)), operands: [wave([3, 4])] },
  {
    name: 'ranges',
    fn: (x) => [x!, tf.range(0, 5, 2, 'int32'), tf.range(3, -1, -1.5), tf.range(0, 1, 0.3)],
    operands: [wave([1])],
  },
  {
    name: 'fill, zeros, ones, scalars',
    fn: (x) => [
      tf.add(x!, tf.fill([2, 3], 0.5)),
      tf.mul(x!, tf.zeros([2, 3])),
      tf.sub(x!, tf.ones([3])),
      tf.fill([2], 7, 'int32'),
      tf.zeros([2], 'bool'),
      tf.scalar(3.7),
      tf.scalar(true),
      tf.tensor([1, 2, 3]),
    ],
    operands: [wave([2, 3])],
  },
];

export const shapeCases = { moving, cutting, joined, repeating, making };
