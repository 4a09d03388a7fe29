import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { recompute } from '@mdpd/tensor/recompute';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps } from '../graph.ts';
import { graphOf } from '../testing/graph-of.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { mergeCommonSubexpressions } from './common-subexpressions.ts';

beforeAll(() => useBackend('cpu'));

describe('common subexpressions', () => {
  it('are computed once, through several nodes and with equal constants', async () => {
    const part = (x: tf.Tensor): tf.Tensor => tf.sum(tf.exp(tf.mul(x, 0.5)), -1);
    const graph = graphOf((x) => tf.mul(part(x!), tf.neg(part(x!))), [3, 4]);
    const lean = mergeCommonSubexpressions(graph);
    expect(countOps(graph)).toEqual({ Mul: 3, Exp: 2, ReduceSum: 2, Neg: 1 });
    expect(countOps(lean)).toEqual({ Mul: 2, Exp: 1, ReduceSum: 1, Neg: 1 });
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('differ by attributes, types, constants, shapes and the order of operands', async () => {
    const graph = graphOf(
      (x, y) => [
        tf.sum(x!, 0),
        tf.sum(x!, 1),
        tf.mul(x!, 2),
        tf.mul(x!, 3),
        tf.sub(x!, y!),
        tf.sub(y!, x!),
        tf.reshape(x!, [9]),
        tf.reshape(x!, [1, 9]),
        tf.cast(tf.cast(x!, 'int32'), 'float32'),
        tf.cast(tf.cast(x!, 'bool'), 'float32'),
      ],
      [3, 3],
      [3, 3],
    );
    const lean = mergeCommonSubexpressions(graph);
    expect(lean.nodes).toHaveLength(graph.nodes.length);
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('of several results are merged as a whole', async () => {
    const graph = graphOf((x) => tf.add(tf.split(x!, 2)[0]!, tf.split(x!, 2)[1]!), [4]);
    const lean = mergeCommonSubexpressions(graph);
    expect(countOps(lean)).toEqual({ Split: 1, Add: 1 });
    expect(await differingOutputs(graph, lean)).toEqual({});
  });

  it('that are marked as done again stay apart, and are merged among themselves', async () => {
    const part = (x: tf.Tensor): tf.Tensor => tf.exp(tf.mul(x, 0.5));
    const graph = graphOf(
      (x) => {
        const again = recompute(() => tf.add(part(x!), tf.square(part(x!))));
        const andAgain = recompute(() => part(x!));
        return tf.addN([part(x!), part(x!), again, andAgain]);
      },
      [3],
    );
    const lean = mergeCommonSubexpressions(graph);
    expect(countOps(graph)).toMatchObject({ Exp: 5 });
    expect(countOps(lean)).toMatchObject({ Exp: 3 });
    expect(new Set(lean.nodes.filter(({ op }) => op === 'Exp').map(({ mark }) => mark)).size).toBe(3);
    expect(await differingOutputs(graph, lean)).toEqual({});
  });
});
