import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps, type Graph } from '../graph.ts';
import { GraphBuilder } from '../graph-builder.ts';
import { createValue, fill } from '../graph.ts';
import { bytesWritten, graphOf } from '../testing/graph-of.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { removeDeadCode } from './dead-code.ts';
import { foldIntoMatMul } from './fold-into-matmul.ts';

beforeAll(() => useBackend('cpu'));

const folded = (graph: Graph): Graph => removeDeadCode(foldIntoMatMul(graph));

describe('matrix products take over', () => {
  it('transposes of their operands, of every rank', async () => {
    const graph = graphOf(
      (a, b, c, d) => [
        tf.matMul(tf.transpose(a!), tf.transpose(b!)),
        tf.matMul(tf.transpose(c!, [0, 1, 3, 2]), d!),
        tf.matMul(tf.transpose(a!), tf.transpose(b!), true, true),
      ],
      [5, 5],
      [5, 5],
      [2, 3, 5, 4],
      [2, 3, 5, 2],
    );
    const lean = folded(graph);
    expect(countOps(graph)).toMatchObject({ Transpose: 5 });
    expect(countOps(lean)).toEqual({ FusedMatMul: 2, MatMul: 1 });
    expect(bytesWritten(lean)).toBeLessThan(bytesWritten(graph) / 2);
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('factors of operands and results', async () => {
    const graph = graphOf(
      (a, b) => tf.mul(tf.neg(tf.matMul(tf.mul(a!, 0.25), tf.mul(3, b!))), 2),
      [3, 4],
      [4, 5],
    );
    const lean = folded(foldIntoMatMul(graph));
    expect(countOps(graph)).toEqual({ Mul: 3, MatMul: 1, Neg: 1 });
    expect(countOps(lean)).toEqual({ FusedMatMul: 1 });
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('nothing that is read elsewhere too, or leaves', async () => {
    const graph = graphOf(
      (a, b) => {
        const product = tf.matMul(a!, b!);
        const other = tf.matMul(b!, a!);
        return [tf.mul(product, 2), tf.exp(product), tf.mul(other, 3), other];
      },
      [3, 3],
      [3, 3],
    );
    const lean = folded(graph);
    expect(countOps(lean)).toEqual({ MatMul: 2, Mul: 2, Exp: 1 });
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('no transposes of other axes', async () => {
    const graph = graphOf((a, b) => tf.matMul(tf.transpose(a!, [1, 0, 2]), b!), [3, 2, 4], [2, 4, 5]);
    expect(countOps(folded(graph))).toEqual({ Transpose: 1, MatMul: 1 });
    expect(await differingOutputs(graph, folded(graph))).toEqual({});
  });

  it('no factor that also broadcasts', async () => {
    const builder = new GraphBuilder();
    const [a, b] = [createValue([1, 3], 'float32'), createValue([3, 2], 'float32')];
    const wide = builder.node('Mul', [a, fill([4, 3], 2, 'float32')], [4, 3], 'float32');
    const product = builder.node('MatMul', [wide, b], [4, 2], 'float32');
    const graph: Graph = {
      inputs: [
        { name: 'a', value: a },
        { name: 'b', value: b },
      ],
      nodes: builder.nodes,
      outputs: [{ name: 'out', value: product }],
    };
    expect(countOps(folded(graph))).toEqual({ Mul: 1, MatMul: 1 });
    expect(await differingOutputs(graph, folded(graph))).toEqual({});
  });
});
