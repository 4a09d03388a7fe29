import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps, sizeOf, type Graph } from '../graph.ts';
import { bytesWritten, graphOf } from '../testing/graph-of.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { pushBroadcasts } from './broadcast.ts';
import { removeDeadCode } from './dead-code.ts';

beforeAll(() => useBackend('cpu'));

const pushed = (graph: Graph): Graph => removeDeadCode(pushBroadcasts(graph));

/** Numbers in constants that nodes read. */
const constantSize = ({ nodes }: Graph): number =>
  nodes
    .flatMap(({ inputs }) => inputs)
    .reduce((sum, value) => sum + (value?.constant?.kind === 'fill' ? sizeOf(value.shape) : 0), 0);

describe('broadcasts', () => {
  it('vanish where another operand has the shape', async () => {
    const graph = graphOf((x, row) => tf.mul(x!, tf.tile(row!, [100, 1])), [100, 64], [1, 64]);
    const lean = pushed(graph);
    expect(countOps(graph)).toEqual({ Expand: 1, Mul: 1 });
    expect(countOps(lean)).toEqual({ Mul: 1 });
    expect([bytesWritten(graph), bytesWritten(lean)]).toEqual([51_200, 25_600]);
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('move behind what is computed number by number', async () => {
    const graph = graphOf(
      (row, x) => tf.add(tf.exp(tf.neg(tf.mul(tf.tile(row!, [100, 1]), 2))), x!),
      [1, 64],
      [100, 64],
    );
    const lean = pushed(graph);
    expect(countOps(lean)).toEqual({ Mul: 1, Neg: 1, Exp: 1, Add: 1 });
    // Three rows instead of four arrays of a hundred rows, and the result.
    expect([bytesWritten(graph), bytesWritten(lean)]).toEqual([5 * 25_600, 3 * 256 + 25_600]);
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('stay where nothing else gives the shape', async () => {
    const graph = graphOf(
      (row) => [tf.exp(tf.tile(row!, [3, 1])), tf.sum(tf.neg(tf.tile(row!, [3, 1])), 0)],
      [1, 4],
    );
    const lean = pushed(graph);
    expect(countOps(lean)).toEqual({ Exp: 1, Expand: 2, Neg: 1, ReduceSum: 1 });
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('are never written out for constants', async () => {
    const graph = graphOf((x) => tf.add(tf.mul(x!, tf.fill([50, 20], 3)), tf.ones([50, 20])), [50, 20]);
    const lean = pushed(graph);
    expect([constantSize(graph), constantSize(lean)]).toEqual([2000, 2]);
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('of a condition and both choices', async () => {
    const graph = graphOf(
      (x, y) => tf.where(tf.greater(tf.tile(x!, [3, 1]), 0), tf.tile(y!, [1, 4]), tf.zeros([3, 4])),
      [1, 4],
      [3, 1],
    );
    const lean = pushed(graph);
    expect(countOps(lean)['Expand']).toBeUndefined();
    expect(await differingOutputs(graph, lean)).toEqual({});
  });
});
