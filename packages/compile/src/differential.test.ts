import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { attention } from '@mdpd/tensor/attention';
import { layerNorm } from '@mdpd/tensor/layer-norm';
import { linear } from '@mdpd/tensor/linear';
import { stopGradient } from '@mdpd/tensor/with-gradient';
import { describe, expect, it } from 'vitest';
import { differingCases, type Case } from './testing/differential.ts';
import { positive } from './testing/elementwise-cases.ts';
import { wave } from './testing/run-graph.ts';

const length = fc.constantFrom(1, 1, 2, 3, 5);
const shapeOf = (least: number, most: number): fc.Arbitrary<number[]> =>
  fc.array(length, { minLength: least, maxLength: most });

/** Two shapes that broadcast together. */
const broadcastable = fc
  .tuple(shapeOf(0, 4), fc.infiniteStream(fc.constantFrom(true, true, false)), fc.nat(4), fc.boolean())
  .map(([shape, same, drop, swap]) => {
    const other = shape.map((axis) => (same.next().value ? axis : 1)).slice(Math.min(drop, shape.length));
    return swap ? [other, shape] : [shape, other];
  });

const inOrder = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis);

const permuted = shapeOf(1, 5).chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    fc.shuffledSubarray(inOrder(shape.length), { minLength: shape.length, maxLength: shape.length }),
  ),
);

const reduced = shapeOf(1, 4).chain((shape) =>
  fc.tuple(fc.constant(shape), fc.subarray(inOrder(shape.length), { minLength: 1 }), fc.boolean()),
);

/** Where a slice begins and how much it takes, for every axis. */
const sliced = shapeOf(1, 4).chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    fc.tuple(
      ...shape.map((axis) =>
        fc
          .nat(axis - 1)
          .chain((begin) => fc.tuple(fc.constant(begin), fc.integer({ min: 1, max: axis - begin }))),
      ),
    ),
  ),
);

const named = (name: string, ...shapes: readonly (readonly number[])[]): string =>
  `${name} ${shapes.map((shape) => `[${shape.join(',')}]`).join(' ')}`;

const families: Readonly<Record<string, fc.Arbitrary<readonly Case[]>>> = {
  arithmetic: broadcastable.map(([a, b]) => {
    const operands = [wave(a!), positive(b!, 1)];
    const of = (name: string, fn: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor): Case => ({
      name: named(name, a!, b!),
      fn: (x, y) => fn(x!, y!),
      operands,
    });
    return [
      of('add', tf.add),
      of('sub', tf.sub),
      of('mul', tf.mul),
      of('div', tf.div),
      of('where', (x, y) =>
        tf.where(tf.greater(stopGradient(x), stopGradient(y)), tf.add(x, y), tf.sub(x, y)),
      ),
      of('chain', (x, y) => tf.mul(tf.sub(tf.mul(x, 2), tf.div(y, x)), tf.add(tf.mul(tf.exp(y), 0.5), 1))),
    ];
  }),
  transpose: permuted.map(([shape, order]) => [
    {
      name: named(`transpose ${order.join()}`, shape),
      fn: (x) => tf.transpose(x!, order),
      operands: [wave(shape)],
    },
    {
      name: named(`transpose ${order.join()} twice`, shape),
      fn: (x) => tf.transpose(tf.transpose(x!, order), order),
      operands: [wave(shape)],
    },
  ]),
  reductions: reduced.map(([shape, axes, keep]) =>
    ([tf.sum, tf.mean, tf.max, tf.logSumExp] as const).map((fn, index) => ({
      name: named(`reduction ${index} along ${axes.join()}`, shape),
      fn: (x: tf.Tensor) => fn(x, axes, keep),
      operands: [wave(shape)] as const,
    })),
  ),
  slices: sliced.map(([shape, cuts]) => {
    const [begin, size] = [cuts.map(([from]) => from), cuts.map(([, much]) => much)];
    return [
      {
        name: named(`slice at ${begin.join()}`, shape, size),
        fn: (x) => tf.slice(x!, begin, size),
        operands: [wave(shape)],
      },
      {
        name: named(`concat of slices at ${begin.join()}`, shape, size),
        fn: (x) => tf.concat([tf.slice(x!, begin, size), tf.neg(tf.slice(x!, begin, size))], -1),
        operands: [wave(shape)],
      },
    ];
  }),
  products: fc
    .tuple(
      fc.tuple(shapeOf(0, 2), fc.constantFrom('both', 'left', 'right')),
      length,
      length,
      length,
      fc.boolean(),
      fc.boolean(),
    )
    .map(([[batch, where], m, k, n, transposeA, transposeB]) => {
      const left = [...(where === 'right' ? batch.map(() => 1) : batch), ...(transposeA ? [k, m] : [m, k])];
      const right = [...(where === 'left' ? batch.map(() => 1) : batch), ...(transposeB ? [n, k] : [k, n])];
      return [
        {
          name: named(`matMul ${transposeA} ${transposeB}`, left, right),
          fn: (a, b) => tf.matMul(tf.mul(a!, 0.5), b!, transposeA, transposeB),
          operands: [wave(left), wave(right, 1)],
        },
      ];
    }),
  layers: fc
    .tuple(length, length, fc.constantFrom(2, 4, 6), length, fc.boolean())
    .map(([b, n, d, m, biased]) => [
      {
        name: named('layerNorm', [b, n, d]),
        fn: (x, gamma, beta) => layerNorm(x!, gamma!, beta!, 1e-5),
        operands: [wave([b, n, d]), positive([d]), wave([d], 1)],
      },
      {
        name: named('linear', [b, n, d], [m, d]),
        fn: (x, w, bias) => linear(x!, w!, bias),
        operands: [wave([b, n, d]), wave([m, d], 1), ...(biased ? [wave([m], 2)] : [])],
      },
      {
        name: named('attention', [b, n, d], [b, m, d]),
        fn: (q, k, v, bias) => attention(q!, k!, v!, { heads: 2, bias }),
        operands: [
          wave([b, n, d]),
          wave([b, m, d], 1),
          wave([b, m, d], 2),
          ...(biased ? [wave([b, 1, 1, m], 3)] : []),
        ],
      },
    ]),
};

describe('compiled equals the cpu backend for any shape', () => {
  it.each(Object.entries(families))('%s', async (_name, cases) => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        expect(await differingCases(given)).toEqual({});
      }),
      { numRuns: 50, seed: 20240601 },
    );
  });
});
