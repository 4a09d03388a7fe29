import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps, type Graph } from '../graph.ts';
import { graphOf } from '../testing/graph-of.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { foldConstants } from './constant-folding.ts';
import { removeDeadCode } from './dead-code.ts';

beforeAll(() => useBackend('cpu'));

const folded = (graph: Graph): Graph => removeDeadCode(foldConstants(graph));

/** Operators before and after; what they compute stays the same. */
async function effect(graph: Graph): Promise<{ before: object; after: object; differing: object }> {
  const after = folded(graph);
  return {
    before: countOps(graph),
    after: countOps(after),
    differing: await differingOutputs(graph, after),
  };
}

describe('constant folding', () => {
  it('computes with numbers that are the same everywhere', async () => {
    const graph = graphOf(
      (x) =>
        tf.add(
          x!,
          tf.sub(tf.sqrt(tf.fill([2, 3], 16)), tf.mul(tf.exp(tf.fill([3], 0)), tf.tanh(tf.scalar(0.5)))),
        ),
      [2, 3],
    );
    expect(await effect(graph)).toEqual({
      before: { Sqrt: 1, Exp: 1, Tanh: 1, Mul: 1, Sub: 1, Add: 1 },
      after: { Add: 1 },
      differing: {},
    });
  });

  it('drops x·1, x/1, x + 0 and x − 0, from either side', async () => {
    const graph = graphOf(
      (x) => tf.add(0, tf.mul(1, tf.sub(tf.add(tf.div(tf.mul(x!, 1), 1), 0), tf.zeros([3])))),
      [2, 3],
    );
    expect(await effect(graph)).toEqual({
      before: { Mul: 2, Div: 1, Add: 2, Sub: 1 },
      after: {},
      differing: {},
    });
  });

  it('keeps the shape where a neutral operand broadcasts', async () => {
    const graph = graphOf((x) => tf.mul(x!, tf.ones([4, 3])), [1, 3]);
    expect(await effect(graph)).toEqual({ before: { Mul: 1 }, after: { Expand: 1 }, differing: {} });
  });

  it('keeps 0 − x, 1/x and 0·x, which are no neutral operations', async () => {
    const graph = graphOf((x) => [tf.sub(0, x!), tf.div(1, x!), tf.mul(0, x!)], [3]);
    expect(await effect(graph)).toEqual({
      before: { Sub: 1, Div: 1, Mul: 1 },
      after: { Sub: 1, Div: 1, Mul: 1 },
      differing: {},
    });
  });

  it('makes one of two that follow each other: Reshape, Transpose, factors', async () => {
    const graph = graphOf(
      (x) => [
        tf.reshape(tf.reshape(x!, [6, 4]), [3, 8]),
        tf.reshape(tf.reshape(x!, [6, 4]), [2, 3, 4]),
        tf.transpose(tf.transpose(x!, [1, 2, 0]), [1, 0, 2]),
        tf.transpose(tf.transpose(x!, [1, 2, 0]), [2, 0, 1]),
        tf.mul(tf.mul(x!, 3), -0.5),
      ],
      [2, 3, 4],
    );
    expect(await effect(graph)).toEqual({
      before: { Reshape: 4, Transpose: 4, Mul: 2 },
      after: { Reshape: 1, Transpose: 1, Mul: 1 },
      differing: {},
    });
  });

  it('leaves integers and no numbers as they are', async () => {
    const graph = graphOf(
      (x) => [
        tf.cast(tf.floorDiv(tf.scalar(7, 'int32'), tf.scalar(-2, 'int32')), 'float32'),
        tf.add(x!, tf.log(tf.scalar(-1))),
      ],
      [2],
    );
    expect(await differingOutputs(graph, folded(graph))).toEqual({});
  });
});
