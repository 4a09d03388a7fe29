import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Graph, Node } from './graph.ts';
import { fileOrder, runtimeOrder } from './runtime-order.ts';
import { executeFile } from './testing/executed.ts';
import { randomGraphs } from './testing/random-graph.ts';
import { separateOutputs } from './passes/separate-outputs.ts';

const randomGraph = randomGraphs({ size: 4, inputs: 3, least: 3, most: 40 });

/** Whether every node comes after those that make what it reads. */
function isTopological({ inputs }: Graph, nodes: readonly Node[]): boolean {
  const there = new Set(inputs.map(({ value }) => value));
  return nodes.every((node) => {
    const ready = node.inputs.every((input) => !input || input.constant || there.has(input));
    node.outputs.forEach((output) => there.add(output));
    return ready;
  });
}

/** What ONNX Runtime runs: nothing that no result needs. */
const numbered = (nodes: readonly Node[], all: readonly Node[]): number[] => {
  const numbers = new Map(all.map((node, index) => [node, index]));
  return nodes.map((node) => numbers.get(node)!);
};

it('is the order in which ONNX Runtime executes, for any graph and any order of its file', async () => {
  const shuffles = fc.tuple(randomGraph, fc.infiniteStream(fc.nat()));
  await fc.assert(
    fc.asyncProperty(shuffles, async ([given, random]) => {
      const graph = separateOutputs(given);
      const keys = new Map(graph.nodes.map((node) => [node, random.next().value as number]));
      const shuffled = [...graph.nodes].sort((a, b) => keys.get(a)! - keys.get(b)!);
      for (const file of [fileOrder(graph), shuffled]) {
        const expected = runtimeOrder(graph, file);
        const executed = await executeFile(graph, file);
        expect(numbered(executed, graph.nodes)).toEqual(numbered(expected, graph.nodes));
      }
    }),
    { numRuns: 20, seed: 3 },
  );
});

it('computes everything, each after what it needs', () => {
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const order = runtimeOrder(graph, fileOrder(graph));
      expect(new Set(order)).toEqual(new Set(graph.nodes));
      expect(order).toHaveLength(graph.nodes.length);
      expect(isTopological(graph, order)).toBe(true);
    }),
    { numRuns: 100, seed: 3 },
  );
});
