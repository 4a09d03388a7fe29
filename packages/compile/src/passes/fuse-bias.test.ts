import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { linear } from '@mdpd/tensor/linear';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps, type Graph } from '../graph.ts';
import { bytesWritten, graphOf } from '../testing/graph-of.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { removeDeadCode } from './dead-code.ts';
import { fuseBias } from './fuse-bias.ts';

beforeAll(() => useBackend('cpu'));

const fused = (graph: Graph): Graph => removeDeadCode(fuseBias(graph));

describe('a product and its bias are one Gemm', () => {
  it('in a linear layer', async () => {
    const graph = graphOf((x, w, b) => linear(x!, w!, b), [2, 3, 5], [4, 5], [4]);
    const lean = fused(graph);
    expect(countOps(graph)).toEqual({ Reshape: 2, FusedMatMul: 1, Add: 1 });
    expect(countOps(lean)).toEqual({ Reshape: 2, Gemm: 1 });
    expect(bytesWritten(graph) - bytesWritten(lean)).toBe(2 * 3 * 4 * 4);
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('with the bias first, as a row, or transposed operands', async () => {
    const graph = graphOf(
      (a, b, row) => [
        tf.add(row!, tf.matMul(a!, b!)),
        tf.add(tf.matMul(a!, b!, true, true), tf.reshape(row!, [1, 3])),
      ],
      [3, 3],
      [3, 3],
      [3],
    );
    expect(countOps(fused(graph))).toEqual({ Gemm: 2, Reshape: 1 });
    expect(await differingOutputs(graph, fused(graph))).toEqual({});
  });

  it.each<[string, Graph | (() => Graph)]>([
    [
      'a product that is read elsewhere too',
      () =>
        graphOf(
          (a, b, row) => {
            const product = tf.matMul(a!, b!);
            return [tf.add(product, row!), tf.exp(product)];
          },
          [3, 3],
          [3, 3],
          [3],
        ),
    ],
    [
      'a product plus itself',
      () => graphOf((a, b) => ((p) => tf.add(p, p))(tf.matMul(a!, b!)), [3, 3], [3, 3]),
    ],
    ['a column', () => graphOf((a, b, c) => tf.add(tf.matMul(a!, b!), c!), [3, 3], [3, 3], [3, 1])],
    [
      'a bias that widens a column',
      () => graphOf((a, b, c) => tf.add(tf.matMul(a!, b!), c!), [3, 2], [2, 1], [4]),
    ],
    [
      'a bias of more rows',
      () => graphOf((a, b, c) => tf.add(tf.matMul(a!, b!), c!), [1, 2], [2, 4], [3, 4]),
    ],
    ['batches', () => graphOf((a, b, c) => tf.add(tf.matMul(a!, b!), c!), [2, 3, 2], [2, 2, 4], [4])],
  ])('but not %s', async (_name, make) => {
    const graph = typeof make === 'function' ? make() : make;
    const lean = fused(graph);
    expect(countOps(lean)).toEqual(countOps(graph));
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('keeps a product that is a result by itself', async () => {
    const graph = graphOf(
      (a, b, row) => {
        const product = tf.matMul(a!, b!);
        return [product, tf.add(product, row!)];
      },
      [3, 3],
      [3, 3],
      [3],
    );
    expect(countOps(fused(graph))).toEqual({ MatMul: 1, Add: 1 });
    expect(await differingOutputs(graph, fused(graph))).toEqual({});
  });
});
