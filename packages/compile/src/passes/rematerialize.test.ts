import { useBackend } from '@mdpd/tensor/backend';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Graph } from '../graph.ts';
import { memoryPeak } from '../lifetimes.ts';
import { optimize } from '../optimize.ts';
import { randomGraphs } from '../testing/random-graph.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { plainGradients, transformerInput, transformerParams } from '../testing/transformer.ts';
import { trace } from '../trace.ts';
import { secondsOf } from './cost.ts';
import { rematerialize } from './rematerialize.ts';
import { separateOutputs } from './separate-outputs.ts';

beforeAll(() => useBackend('cpu'));

const shape = { batch: 8, tokens: 64, width: 128, heads: 4, blocks: 3 };

const seconds = ({ nodes }: Graph): number => nodes.reduce((sum, node) => sum + secondsOf(node), 0);

describe('rematerialization', () => {
  it('computes cheap activations of a step again, within its budget, and needs less memory', async () => {
    const { graph: traced } = trace(
      (params, x) => plainGradients(params, x, shape),
      [transformerParams(shape), transformerInput(shape)],
    );
    const graph = separateOutputs(optimize(traced));
    const lean = rematerialize(graph, { smallestPeak: 0 });
    expect(memoryPeak(lean).bytes).toBeLessThan(0.85 * memoryPeak(graph).bytes);
    expect(seconds(lean)).toBeGreaterThan(seconds(graph));
    expect(seconds(lean)).toBeLessThan(1.12 * seconds(graph));
    expect(lean.nodes.length).toBeGreaterThan(graph.nodes.length);
    // What is computed again is marked, so that nothing merges it.
    expect(new Set(lean.nodes.map(({ mark }) => mark)).size).toBeGreaterThan(1);
    expect(await differingOutputs(graph, lean, 0)).toEqual({});
    expect(rematerialize(graph, { smallestPeak: memoryPeak(graph).bytes + 1 })).toBe(graph);
    expect(rematerialize(graph, { smallestPeak: 0, budget: 0 })).toBe(graph);
    // Where parameters take more than activations, few products are computed again.
    const productsIn = ({ nodes }: Graph): number => nodes.filter(({ op }) => /MatMul|Gemm/u.test(op)).length;
    expect(productsIn(lean)).toBeGreaterThan(productsIn(graph));
    const few = { smallestPeak: 0, productsAbove: 1e6 };
    const cheap = rematerialize(graph, { ...few, someProductsAbove: 1e6 });
    expect(productsIn(cheap)).toBe(productsIn(graph));
    const some = rematerialize(graph, few);
    expect(productsIn(some)).toBeGreaterThan(productsIn(graph));
    expect(productsIn(some)).toBeLessThan(productsIn(lean));
    expect(seconds(some) - seconds(cheap)).toBeLessThan(0.04 * seconds(graph));
    const peaks = [graph, cheap, some, lean].map((form) => memoryPeak(form).bytes);
    expect(peaks).toEqual(peaks.toSorted((a, b) => b - a));
  });

  it('changes no result of any program', async () => {
    let changed = 0;
    const programs = randomGraphs({ size: 256, inputs: 2, least: 80, most: 140 });
    await fc.assert(
      fc.asyncProperty(programs, async (given) => {
        const graph = separateOutputs(given);
        const lean = rematerialize(graph, { smallestPeak: 0, budget: 2 });
        if (lean !== graph) changed += 1;
        expect(memoryPeak(lean).bytes).toBeLessThanOrEqual(memoryPeak(graph).bytes);
        expect(await differingOutputs(graph, lean, 0)).toEqual({});
      }),
      { numRuns: 8, seed: 2 },
    );
    expect(changed).toBeGreaterThan(3);
  });
});
