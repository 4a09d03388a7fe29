/** What passes are made of: walking a graph in order and putting other nodes in the place of some. */
import type { Graph, Node, Value } from '../graph.ts';
import { GraphBuilder } from '../graph-builder.ts';

export type Pass = (graph: Graph) => Graph;

/**
 * New values of a node's outputs after the nodes that compute them were appended to `builder`, or undefined to keep the
 * node. Its inputs are those of the new graph.
 */
export type Visit = (node: Node, builder: GraphBuilder) => readonly Value[] | undefined;

/** The graph with every node kept or replaced, in order. */
export function rewrite(graph: Graph, visit: Visit): Graph {
  const builder = new GraphBuilder();
  const replaced = new Map<Value, Value>();
  const current = (value: Value): Value => replaced.get(value) ?? value;
  for (const node of graph.nodes) {
    const changed = node.inputs.some((input) => input && replaced.has(input));
    const seen = changed ? { ...node, inputs: node.inputs.map((input) => input && current(input)) } : node;
    builder.mark = node.mark;
    const outputs = visit(seen, builder);
    if (!outputs) builder.nodes.push(seen);
    outputs?.forEach((output, index) => {
      if (output !== node.outputs[index]) replaced.set(node.outputs[index]!, output);
    });
  }
  return {
    inputs: graph.inputs,
    nodes: builder.nodes,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: current(value) })),
  };
}
