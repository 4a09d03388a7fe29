/** Removes what no output needs. */
import type { Graph, Value } from '../graph.ts';

export function removeDeadCode(graph: Graph): Graph {
  const needed = new Set<Value>(graph.outputs.map(({ value }) => value));
  const kept = [...graph.nodes].reverse().filter((node) => {
    if (!node.outputs.some((output) => needed.has(output))) return false;
    for (const input of node.inputs) if (input) needed.add(input);
    return true;
  });
  return { ...graph, nodes: kept.reverse() };
}
