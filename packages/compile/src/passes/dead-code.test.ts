import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, expect, it } from 'vitest';
import { countOps } from '../graph.ts';
import { graphOf } from '../testing/graph-of.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { removeDeadCode } from './dead-code.ts';

beforeAll(() => useBackend('cpu'));

it('removes what no output needs, and keeps the order of the rest', async () => {
  const graph = graphOf(
    (x, y) => {
      tf.exp(tf.mul(x!, y!));
      const kept = tf.neg(tf.abs(x!));
      tf.sqrt(kept);
      return kept;
    },
    [3],
    [3],
  );
  const lean = removeDeadCode(graph);
  expect(countOps(graph)).toEqual({ Mul: 1, Exp: 1, Abs: 1, Neg: 1, Sqrt: 1 });
  expect(lean.nodes.map(({ op }) => op)).toEqual(['Abs', 'Neg']);
  expect(await differingOutputs(graph, lean)).toEqual({});
});

it('keeps a node of several results for one of them, and inputs that nothing reads', async () => {
  const graph = graphOf((x) => tf.split(x!, 3)[1]!, [3, 2], [1]);
  const lean = removeDeadCode(graph);
  expect(countOps(lean)).toEqual({ Split: 1 });
  expect(lean.inputs).toHaveLength(2);
  expect(await differingOutputs(graph, lean)).toEqual({});
});
