import { useBackend } from '@mdpd/tensor/backend';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps } from '../graph.ts';
import { memoryPeak } from '../lifetimes.ts';
import { optimize } from '../optimize.ts';
import { fileOrder } from '../runtime-order.ts';
import { executeFile } from '../testing/executed.ts';
import { inRuntimeOrder } from '../testing/in-runtime-order.ts';
import { randomGraphs } from '../testing/random-graph.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import {
  plainGradients,
  recomputedGradients,
  transformerInput,
  transformerParams,
} from '../testing/transformer.ts';
import { trace } from '../trace.ts';
import { insertBarriers } from './barriers.ts';
import { separateOutputs } from './separate-outputs.ts';

beforeAll(() => useBackend('cpu'));

const shape = { batch: 2, tokens: 16, width: 64, heads: 2, blocks: 3 };

describe.each([
  ['that keeps its activations', plainGradients],
  ['that computes its blocks again', recomputedGradients],
])('barriers in a step %s', (_name, step) => {
  it('add small nodes, change no result, and the planned order is still the one that runs', async () => {
    const { graph: traced } = trace(
      (params, x) => step(params, x, shape),
      [transformerParams(shape), transformerInput(shape)],
    );
    const graph = separateOutputs(optimize(traced));
    const guided = insertBarriers(graph, { smallestBytes: 4096 });
    const [before, after] = [countOps(graph), countOps(guided)];
    const added = Object.keys(after).filter((op) => after[op] !== before[op]);
    expect(added.sort()).toEqual(['Concat', 'Reshape', 'Shape']);
    expect(await differingOutputs(graph, guided, 0)).toEqual({});
    const [free, held] = [inRuntimeOrder(graph), inRuntimeOrder(guided)];
    expect(memoryPeak(held).bytes).toBeLessThanOrEqual(memoryPeak(free).bytes);
    const file = fileOrder(guided);
    const executed = await executeFile(guided, file);
    expect(executed.map(({ outputs }) => outputs[0]!.id)).toEqual(
      held.nodes.map(({ outputs }) => outputs[0]!.id),
    );
  });
});

it('changes no result of any program', async () => {
  await fc.assert(
    fc.asyncProperty(randomGraphs({ size: 32, inputs: 3, least: 20, most: 80 }), async (given) => {
      const graph = separateOutputs(given);
      expect(await differingOutputs(graph, insertBarriers(graph, { smallestBytes: 0 }), 0)).toEqual({});
    }),
    { numRuns: 20, seed: 5 },
  );
});
