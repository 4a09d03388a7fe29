/** Cases of matrix products, look-ups and what losses are made of. */
import * as tf from '@tensorflow/tfjs-core';
import type { Case } from './differential.ts';
import { integers, whole } from './elementwise-cases.ts';
import { wave } from './run-graph.ts';

const m = (x: tf.Tensor | undefined): tf.Tensor2D => x as tf.Tensor2D;

/** Leading axes of both operands. */
const batches: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[2], [2]],
  [[2], [1]],
  [
    [3, 2],
    [3, 2],
  ],
  [
    [3, 2],
    [1, 2],
  ],
  [
    [1, 1],
    [1, 1],
  ],
  [[2, 3], []],
];

const swapped = (shape: readonly number[], swap: boolean): number[] =>
  swap ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : [...shape];

const products: readonly Case[] = batches.flatMap(([left, right]) =>
  [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      name: `matMul [${left.join(',')}] [${right.join(',')}] ${transposeA} ${transposeB}`,
      fn: (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
      operands: [wave(swapped([...left, 3, 5], transposeA)), wave(swapped([...right, 5, 4], transposeB), 1)],
    })),
  ),
);

const thin: readonly Case[] = [
  { name: 'row times column', fn: (a, b) => tf.matMul(a!, b!), operands: [wave([1, 7]), wave([7, 1], 1)] },
  { name: 'column times row', fn: (a, b) => tf.matMul(a!, b!), operands: [wave([7, 1]), wave([1, 3], 1)] },
  { name: 'dot of vectors', fn: (a, b) => tf.dot(a!, b!), operands: [wave([5]), wave([5], 1)] },
  { name: 'dot of matrix and vector', fn: (a, b) => tf.dot(a!, b!), operands: [wave([3, 5]), wave([5], 1)] },
  {
    name: 'outerProduct',
    fn: (a, b) => tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D),
    operands: [wave([3]), wave([4], 1)],
  },
  {
    name: 'product of a product, scaled and turned',
    fn: (a, b) => tf.mul(tf.matMul(tf.transpose(a!), tf.mul(b!, 0.5)), -3),
    operands: [wave([4, 3]), wave([4, 2], 1)],
  },
  {
    name: 'a product that is read twice',
    fn: (a, b) => {
      const product = tf.matMul(a!, b!);
      return tf.add(tf.mul(product, 2), tf.transpose(product));
    },
    operands: [wave([3, 3]), wave([3, 3], 1)],
  },
  {
    name: 'a column plus a row',
    fn: (a, b, c) => tf.add(tf.matMul(a!, b!), c!),
    operands: [wave([3, 2]), wave([2, 1], 1), wave([4], 2)],
  },
];

const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const;

const fused: readonly Case[] = [
  ...activations.flatMap((activation) =>
    [false, true].map((biased) => ({
      name: `fused matMul, ${activation}${biased ? ', bias' : ''}`,
      fn: (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) =>
        tf.fused.matMul({
          a: m(a),
          b: m(b),
          activation,
          ...(biased ? { bias: c } : {}),
          ...(activation === 'prelu' ? { preluActivationWeights: tf.mul(c, 0.2) } : {}),
        }),
      operands: [wave([3, 5]), wave([5, 4], 1), wave([4], 2)] as const,
      // tfjs has gradients of these alone.
      gradient: ['linear', 'relu', 'relu6'].includes(activation) && biased,
    })),
  ),
  {
    name: 'fused matMul, both turned',
    fn: (a, b) => tf.fused.matMul({ a: m(a), b: m(b), transposeA: true, transposeB: true }),
    operands: [wave([5, 3]), wave([4, 5], 1)],
    gradient: false,
  },
];

const soft: readonly Case[] = [
  { name: 'softmax', fn: (x) => tf.softmax(x!), operands: [wave([2, 3, 5])] },
  { name: 'softmax of one', fn: (x) => tf.softmax(x!), operands: [wave([3, 1])] },
  { name: 'softmax of large numbers', fn: (x) => tf.softmax(tf.mul(x!, 100)), operands: [wave([3, 4])] },
  { name: 'logSoftmax', fn: (x) => tf.logSoftmax(x!), operands: [wave([3, 5])] },
];

const outOfRange = integers([2, -1, 0, 7, 1, 1]);

const lookups: readonly Case[] = [
  {
    name: 'gather',
    fn: (x, i) => tf.gather(x!, i as tf.Tensor1D),
    operands: [wave([3, 4]), integers([2, 0, 1, 2])],
  },
  {
    name: 'gather along axis 1',
    fn: (x, i) => tf.gather(x!, i as tf.Tensor1D, 1),
    operands: [wave([2, 3, 2]), integers([2, 0, 1, 2])],
  },
  {
    name: 'gather of a matrix of indices',
    fn: (x, i) => tf.gather(x!, i!),
    operands: [wave([3, 4]), integers([2, 0, 1, 2, 0, 0], [2, 3])],
    gradient: false,
  },
  { name: 'gather integers', fn: (x, i) => tf.gather(x!, i!), operands: [whole([5]), integers([4, 4, 0])] },
  {
    name: 'gather a scalar',
    fn: (x, i) => tf.gather(x!, i!),
    operands: [wave([3, 2]), integers([2], [])],
    gradient: false,
  },
  {
    name: 'gather by batch',
    fn: (x, i) => tf.gather(x!, i!, 1, 1),
    operands: [wave([2, 3, 4]), integers([2, 0, 1, 1], [2, 2])],
    gradient: false,
  },
  {
    name: 'unsortedSegmentSum',
    fn: (x, i) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 3),
    operands: [wave([4, 2]), integers([2, 0, 2, 2])],
  },
  {
    name: 'unsortedSegmentSum, ids out of range',
    fn: (x, i) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 3),
    operands: [wave([6, 2]), outOfRange],
    gradient: false,
  },
  {
    name: 'unsortedSegmentSum of a vector',
    fn: (x, i) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 2),
    operands: [wave([3]), integers([1, 0, 1])],
  },
  { name: 'oneHot', fn: (i) => tf.oneHot(i!, 4), operands: [integers([1, 0, 3])] },
  {
    name: 'oneHot in floats',
    fn: (i) => tf.oneHot(i!, 4, 0.9, 0.1, 'float32'),
    operands: [integers([1, 0, 3])],
  },
  { name: 'oneHot, out of range', fn: (i) => tf.oneHot(i!, 3, 0.9, 0.1, 'float32'), operands: [outOfRange] },
  {
    name: 'oneHot of a matrix',
    fn: (i) => tf.oneHot(i!, 3, 5, -1, 'int32'),
    operands: [integers([1, 0, 2, 2], [2, 2])],
  },
  { name: 'oneHot of a scalar', fn: (i) => tf.oneHot(i!, 3), operands: [integers([1], [])] },
  {
    name: 'einsum',
    fn: (a, b) => tf.einsum('bij,bjk->bik', a!, b!),
    operands: [wave([2, 3, 4]), wave([2, 4, 5], 1)],
    gradient: false,
  },
  {
    name: 'einsum that sums',
    fn: (a) => tf.einsum('ij -> j', a!),
    operands: [wave([3, 4])],
    gradient: false,
  },
];

const labels = integers([1, 0, 3]);
const hot = (i: tf.Tensor): tf.Tensor => tf.oneHot(i, 4, 1, 0, 'float32');

const losses: readonly Case[] = (
  [
    ['softmaxCrossEntropy', (i, p) => tf.losses.softmaxCrossEntropy(hot(i), p)],
    ['sigmoidCrossEntropy', (i, p) => tf.losses.sigmoidCrossEntropy(hot(i), p)],
    ['meanSquaredError', (i, p) => tf.losses.meanSquaredError(hot(i), p)],
    ['absoluteDifference', (i, p) => tf.losses.absoluteDifference(hot(i), p)],
    ['huberLoss', (i, p) => tf.losses.huberLoss(hot(i), p)],
    ['hingeLoss', (i, p) => tf.losses.hingeLoss(hot(i), p)],
    ['logLoss', (i, p) => tf.losses.logLoss(hot(i), tf.sigmoid(p))],
    ['cosineDistance', (i, p) => tf.losses.cosineDistance(hot(i), p, 1)],
  ] as readonly (readonly [string, (i: tf.Tensor, p: tf.Tensor) => tf.Tensor])[]
).map(([name, loss]) => ({ name, fn: (i, p) => loss(i!, p!), operands: [labels, wave([3, 4])] }));

export const linearAlgebraCases = { products, thin, fused, soft, lookups, losses };
