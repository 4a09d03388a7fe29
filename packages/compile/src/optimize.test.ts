import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps, type Graph } from './graph.ts';
import { optimize } from './optimize.ts';
import { bytesWritten } from './testing/graph-of.ts';
import { differingOutputs } from './testing/run-graph.ts';
import {
  plainGradients,
  recomputedGradients,
  tinyShape,
  transformer,
  transformerInput,
  transformerParams,
} from './testing/transformer.ts';
import { trace } from './trace.ts';

beforeAll(() => useBackend('cpu'));

type Step = typeof transformer | typeof plainGradients;

const graphOf = (step: Step): Graph =>
  trace(
    (params, x) => step(params, x, tinyShape),
    [transformerParams(tinyShape), transformerInput(tinyShape)],
  ).graph;

describe('a transformer', () => {
  it('keeps layer norms, GELU and soft-max as one operator each, with no loose erf in its forward pass', () => {
    const counts = countOps(graphOf(transformer));
    const { blocks } = tinyShape;
    expect(counts).toMatchObject({ LayerNormalization: 2 * blocks, Gelu: blocks, Softmax: blocks });
    for (const part of ['Erf', 'Exp', 'Sqrt', 'ReduceMean', 'ReduceMax'])
      expect(counts).not.toHaveProperty(part);
  });

  it.each<[string, Step, number, number]>([
    ['forward', transformer, 86, 47],
    ['a step', plainGradients, 234, 189],
    ['a step, block by block', recomputedGradients, 326, 223],
  ])('%s has fewer nodes and writes less', async (_name, step, before, after) => {
    const graph = graphOf(step);
    const optimized = optimize(graph);
    expect([graph.nodes.length, optimized.nodes.length]).toEqual([before, after]);
    expect(bytesWritten(optimized)).toBeLessThan(0.9 * bytesWritten(graph));
    expect(await differingOutputs(graph, optimized, 5e-5)).toEqual({});
  });

  it('keeps its parts where attention is to stay in parts', () => {
    const counts = countOps(optimize(graphOf(transformer), { attention: false }));
    expect(counts).toMatchObject({ Softmax: tinyShape.blocks });
    expect(counts).not.toHaveProperty('MultiHeadAttention');
  });
});
