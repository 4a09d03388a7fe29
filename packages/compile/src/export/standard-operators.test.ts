import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { layerNorm } from '@mdpd/tensor/layer-norm';
import { rmsNorm } from '@mdpd/tensor/rms-norm';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps, type Graph } from '../graph.ts';
import { optimize } from '../optimize.ts';
import { graphOf } from '../testing/graph-of.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { standardOperators } from './standard-operators.ts';

beforeAll(() => useBackend('cpu'));

type Operands = (...operands: tf.Tensor[]) => tf.Tensor;

describe('products of ONNX Runtime become standard ones', () => {
  it.each<[string, Operands, number[][], Record<string, number>]>([
    [
      'two matrices, transposed and scaled: one Gemm',
      (a, b) => tf.mul(tf.matMul(a!, b!, true, true), 0.5),
      [
        [4, 3],
        [5, 4],
      ],
      { Gemm: 1 },
    ],
    [
      'batches, the second one transposed',
      (a, b) => tf.matMul(a!, b!, false, true),
      [
        [2, 3, 4],
        [2, 5, 4],
      ],
      { Transpose: 1, MatMul: 1 },
    ],
    [
      'batches, the first one transposed and scaled',
      (a, b) => tf.matMul(tf.mul(a!, -2), b!, true),
      [
        [2, 4, 3],
        [2, 4, 5],
      ],
      { Transpose: 1, Mul: 1, MatMul: 1 },
    ],
    [
      'batches, the product scaled where it is smaller',
      (a, b) => tf.mul(tf.matMul(a!, b!), 3),
      [
        [2, 2, 9],
        [2, 9, 2],
      ],
      { Mul: 1, MatMul: 1 },
    ],
  ])('%s', async (_what, fn, shapes, ops) => {
    const graph = optimize(graphOf(fn, ...shapes));
    const standard = standardOperators(graph);
    expect(countOps(graph)).toEqual({ FusedMatMul: 1 });
    expect(countOps(standard)).toEqual(ops);
    expect(await differingOutputs(graph, standard)).toEqual({});
  });
});

it("writes out root mean square norms, whose operator is ONNX Runtime's", async () => {
  const graph = graphOf((x, gamma) => rmsNorm(x!, gamma!, 1e-3), [2, 3, 8], [8]);
  const standard = standardOperators(graph);
  expect(countOps(graph)).toEqual({ SimplifiedLayerNormalization: 1 });
  expect(countOps(standard)).toEqual({ Pow: 1, ReduceMean: 1, Add: 1, Sqrt: 1, Div: 1, Mul: 1 });
  expect(await differingOutputs(graph, standard)).toEqual({});
});

it('drops the statistics of norms that nothing reads', async () => {
  const graph = graphOf((x, gamma, beta) => layerNorm(x!, gamma!, beta!, 1e-6), [2, 8], [8], [8]);
  const outputs = ({ nodes }: Graph): number[] => nodes.map((node) => node.outputs.length);
  expect([outputs(graph), outputs(standardOperators(graph))]).toEqual([[3], [1]]);
  expect(await differingOutputs(graph, standardOperators(graph))).toEqual({});
});
