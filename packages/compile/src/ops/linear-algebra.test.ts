import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { differingCases } from '../testing/differential.ts';
import { graphOf } from '../testing/graph-of.ts';
import { linearAlgebraCases } from '../testing/linear-algebra-cases.ts';
import { runGraph, wave } from '../testing/run-graph.ts';

describe('matrix products and look-ups, compiled, equal the cpu backend with their gradients', () => {
  it.each(Object.entries(linearAlgebraCases))('%s', async (_name, cases) => {
    expect(await differingCases(cases)).toEqual({});
  });
});

it('adds up rows of one segment one after the other, also with several threads', async () => {
  const [rows, width] = [5000, 128];
  const graph = graphOf(
    (x) => tf.unsortedSegmentSum(x!, tf.tensor1d(Int32Array.from({ length: rows }, (_, row) => row % 2)), 2),
    [rows, width],
  );
  const feeds = { 'in.0': wave([rows, width]) };
  const [one] = Object.values(await runGraph(graph, feeds, 1));
  for (let time = 0; time < 3; time++) {
    const [four] = Object.values(await runGraph(graph, feeds, 4));
    expect(four!.data).toEqual(one!.data);
  }
});
