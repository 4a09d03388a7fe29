import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { attention, attentionProbabilities } from '@mdpd/tensor/attention';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps, type Graph } from '../graph.ts';
import { optimize } from '../optimize.ts';
import { bytesWritten, graphOf } from '../testing/graph-of.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import {
  recomputedGradients,
  tinyShape,
  transformer,
  transformerInput,
  transformerParams,
} from '../testing/transformer.ts';
import { trace } from '../trace.ts';

beforeAll(() => useBackend('cpu'));

const parts = (graph: Graph): Graph => optimize(graph, { attention: false });

describe('attention becomes one operator', () => {
  it('without a bias, and moves no heads', async () => {
    const graph = graphOf(
      (q, k, v) => attention(q!, k!, v!, { heads: 2 }),
      [2, 50, 8],
      [2, 30, 8],
      [2, 30, 8],
    );
    const fused = optimize(graph);
    expect(countOps(parts(graph))).toEqual({
      Reshape: 4,
      Transpose: 4,
      FusedMatMul: 1,
      Softmax: 1,
      MatMul: 1,
    });
    expect(countOps(fused)).toEqual({ MultiHeadAttention: 1 });
    expect(bytesWritten(fused)).toBe(2 * 50 * 8 * 4);
    expect(bytesWritten(parts(graph))).toBeGreaterThan(10 * bytesWritten(fused));
    expect(await differingOutputs(graph, fused)).toEqual({});
  });

  it.each([[[2, 2, 5, 3]], [[1, 2, 5, 3]], [[2, 1, 1, 3]], [[1, 1, 1, 3]], [[5, 3]], [[3]]])(
    'with a bias of shape %j',
    async (shape) => {
      const graph = graphOf(
        (q, k, v, bias) => attention(q!, k!, v!, { heads: 2, bias: bias!, scale: 0.3 }),
        [2, 5, 8],
        [2, 3, 8],
        [2, 3, 8],
        shape,
      );
      const fused = optimize(graph);
      expect(countOps(fused)['MultiHeadAttention']).toBe(1);
      expect(countOps(fused)['Softmax']).toBeUndefined();
      expect(await differingOutputs(graph, fused)).toEqual({});
    },
  );

  it('in every block of a transformer, between its linear layers', async () => {
    const { graph } = trace(
      (params, x) => transformer(params, x, tinyShape),
      [transformerParams(tinyShape), transformerInput(tinyShape)],
    );
    const fused = optimize(graph);
    expect(countOps(fused)).toEqual({
      LayerNormalization: 4,
      Reshape: 21,
      Gemm: 13,
      MultiHeadAttention: 2,
      Add: 4,
      Gelu: 2,
      Slice: 1,
    });
    expect(await differingOutputs(graph, fused)).toEqual({});
  });

  it('in the forward pass of a step that computes its blocks again, not where gradients read the probabilities', async () => {
    const { graph } = trace(
      (params, x) => recomputedGradients(params, x, tinyShape),
      [transformerParams(tinyShape), transformerInput(tinyShape)],
    );
    const fused = optimize(graph);
    expect(countOps(fused)).toMatchObject({ MultiHeadAttention: 2, Softmax: 2 });
    expect(countOps(parts(graph))).toMatchObject({ Softmax: 4 });
    expect(await differingOutputs(graph, fused)).toEqual({});
  });
});

describe('attention stays as it is', () => {
  it.each<[string, () => Graph]>([
    [
      'where its probabilities are read',
      () => graphOf((q, k) => attentionProbabilities(q!, k!, { heads: 2 }), [2, 5, 8], [2, 3, 8]),
    ],
    [
      'where it is differentiated',
      () =>
        graphOf(
          (q, k, v) => tf.grad((x) => tf.sum(attention(x, k!, v!, { heads: 2 })))(q!),
          [2, 5, 8],
          [2, 3, 8],
          [2, 3, 8],
        ),
    ],
    [
      'where the soft-max goes along other axes',
      () =>
        graphOf(
          (q, k, v) => {
            const heads = (x: tf.Tensor): tf.Tensor =>
              tf.transpose(tf.reshape(x, [2, 4, 2, 3]), [0, 2, 1, 3]);
            const scores = tf.matMul(heads(q!), heads(k!), false, true);
            const turned = tf.transpose(tf.softmax(tf.transpose(scores, [0, 1, 3, 2])), [0, 1, 3, 2]);
            return tf.reshape(tf.transpose(tf.matMul(turned, heads(v!)), [0, 2, 1, 3]), [2, 4, 6]);
          },
          [2, 4, 6],
          [2, 4, 6],
          [2, 4, 6],
        ),
    ],
  ])('%s', async (_name, make) => {
    const graph = make();
    const fused = optimize(graph);
    expect(countOps(fused)['MultiHeadAttention']).toBeUndefined();
    expect(await differingOutputs(graph, fused)).toEqual({});
  });
});
