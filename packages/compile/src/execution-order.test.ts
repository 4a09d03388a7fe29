import { useBackend } from '@mdpd/tensor/backend';
import type { TensorRecord } from '@mdpd/core';
import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps, type Graph } from './graph.ts';
import { optimize } from './optimize.ts';
import { execute } from './testing/executed.ts';
import { differingOutputs } from './testing/run-graph.ts';
import {
  plainGradients,
  recomputedGradients,
  transformer,
  transformerInput,
  transformerParams,
  type TransformerShape,
} from './testing/transformer.ts';
import { trace } from './trace.ts';

beforeAll(() => useBackend('cpu'));

const shape: TransformerShape = { batch: 2, tokens: 6, width: 8, heads: 2, blocks: 4 };

type Step = (params: TensorRecord, x: tf.Tensor, shape: TransformerShape) => unknown;

const graphOfStep = (step: Step): Graph =>
  optimize(
    trace(
      (params: TensorRecord, x: tf.Tensor) => step(params, x, shape),
      [transformerParams(shape), transformerInput(shape)],
    ).graph,
  );

describe.each<[string, Step]>([
  ['a forward pass', transformer],
  ['a step that keeps its activations', plainGradients],
  ['a step that computes its blocks again', recomputedGradients],
])('%s', (_name, step) => {
  it('runs in the order that was planned, every node once', async () => {
    const { graph, executed } = await execute(graphOfStep(step));
    const numbers = new Map(graph.nodes.map((node, index) => [node, index]));
    expect(executed.map((node) => numbers.get(node))).toEqual(graph.nodes.map((_, index) => index));
  });
});

describe('recomputation', () => {
  it('of a block comes after the gradients of the block above it', async () => {
    const { executed } = await execute(graphOfStep(recomputedGradients));
    // Marks count from the block that is done again first: the last one.
    const marks = [1, 2, 3, 4];
    const attention = marks.map((mark) =>
      executed.findIndex((node) => node.op === 'Softmax' && node.mark === mark),
    );
    const activation = marks.map((mark) =>
      executed.findLastIndex((node) => node.op === 'Erf' && node.mark === mark),
    );
    // Attention of a block, then the gradient of its activation, then the next block below.
    const events = marks.flatMap((_, index) => [attention[index]!, activation[index]!]);
    expect(events).toEqual([...new Set(events)].sort((a, b) => a - b));
    expect(Math.min(...events)).toBeGreaterThan(
      executed.findLastIndex(({ op }) => op === 'MultiHeadAttention'),
    );
  });

  it('is really done: nothing is merged, by us or by the runtime', async () => {
    const kept = countOps(graphOfStep(plainGradients));
    const graph = graphOfStep(recomputedGradients);
    const { executed } = await execute(graph);
    const ran = countOps({ ...graph, nodes: executed });
    expect(kept).toMatchObject({ Softmax: 4, LayerNormalization: 16 });
    // Every block's attention once for its result and once for its gradient.
    expect(ran).toMatchObject({ MultiHeadAttention: 4, Softmax: 4 });
    // Of each block again: query, key, value, projection and the first half of the MLP.
    expect(ran['Gemm']! - kept['Gemm']!).toBe(4 * 5);
    expect(ran['LayerNormalization']! - kept['LayerNormalization']!).toBe(4 * 2);
  });

  it('changes no gradient', async () => {
    const [kept, again] = [graphOfStep(plainGradients), graphOfStep(recomputedGradients)];
    expect(kept.outputs).toHaveLength(1 + 4 * 4);
    expect(await differingOutputs(kept, again, 5e-5)).toEqual({});
  });
});
