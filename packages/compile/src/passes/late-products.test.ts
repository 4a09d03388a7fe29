import { useBackend } from '@mdpd/tensor/backend';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { createValue, type Graph } from '../graph.ts';
import { GraphBuilder } from '../graph-builder.ts';
import { memoryPeak } from '../lifetimes.ts';
import { inRuntimeOrder } from '../testing/in-runtime-order.ts';
import { randomGraphs } from '../testing/random-graph.ts';
import { differingOutputs } from '../testing/run-graph.ts';
import { delayProducts } from './late-products.ts';
import { separateOutputs } from './separate-outputs.ts';

beforeAll(() => useBackend('cpu'));

const [small, large] = [
  [64, 8],
  [64, 64],
] as const;

/** (x·w) ∘ (s ∘ …), where the second operand takes several values of the product's size. */
function slope({ productFirst = true, shared = false } = {}): Graph {
  const builder = new GraphBuilder();
  const x = createValue(small, 'float32');
  const w = createValue([8, 64], 'float32');
  const s = createValue(large, 'float32');
  // Long, as in a backward pass, so that the runtime follows it first.
  const deep = (): ReturnType<typeof createValue> => {
    let value = x;
    for (let i = 0; i < 12; i++) value = builder.node('Neg', [value], small, 'float32');
    return builder.node('MatMul', [value, w], large, 'float32');
  };
  const computed = (): ReturnType<typeof createValue> => {
    const left = builder.node('Exp', [s], large, 'float32');
    const right = builder.node('Erf', [s], large, 'float32');
    return builder.node('Mul', [left, right], large, 'float32');
  };
  const [first, second] = productFirst ? [deep(), computed()] : [computed(), deep()];
  const y = builder.node('Mul', [first, second], large, 'float32');
  const z = builder.node('Add', [y, shared ? first : s], large, 'float32');
  return {
    inputs: Object.entries({ x, w, s }).map(([name, value]) => ({ name, value })),
    nodes: builder.nodes,
    outputs: [{ name: 'z', value: z }],
  };
}

const delayed = (graph: Graph): Graph => delayProducts(graph, { smallestGain: 1024 });

it('keeps a small gradient instead of a large product, and changes no result', async () => {
  const graph = slope();
  const late = delayed(graph);
  const [before, after] = [graph, late].map((form) => memoryPeak(inRuntimeOrder(form)).bytes);
  // One value of 64 × 64 less, one of 64 × 8 more.
  expect(before! - after!).toBe(4 * (64 * 64 - 64 * 8));
  expect(await differingOutputs(graph, late, 0)).toEqual({});
});

it.each([
  ['that comes last anyway', slope({ productFirst: false }), 1024, 100],
  ['that others read too', slope({ shared: true }), 1024, 100],
  ['that is hardly larger', slope(), 2 ** 20, 100],
  ['that waits for something far away', slope(), 1024, 2],
])('leaves a product alone %s', (_which, graph, smallestGain, longestWait) => {
  expect(delayProducts(graph, { smallestGain, longestWait }).nodes).toEqual(graph.nodes);
});

it('changes no result of any program', async () => {
  await fc.assert(
    fc.asyncProperty(randomGraphs({ size: 32, inputs: 3, least: 20, most: 80 }), async (given) => {
      const graph = separateOutputs(given);
      const late = delayProducts(graph, { smallestGain: 0 });
      expect(await differingOutputs(graph, late, 0)).toEqual({});
    }),
    { numRuns: 20, seed: 5 },
  );
});
