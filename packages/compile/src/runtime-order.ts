/**
 * The order in which ONNX Runtime executes a graph, and how a file is written to get a good one.
 *
 * The runtime ignores the order of the file as such: it searches depth-first, from the nodes that nothing reads to what
 * they need, and takes of several the one that stands last in the file first (`Graph::ReverseDFSFrom` and
 * `GraphViewer` of its sources). Files are therefore written by depth: the chain that is longest is followed first, so
 * that in a backward pass the gradient that comes from above is there before anything is recomputed for it.
 */
import { indexGraph, type Graph, type Node } from './graph.ts';

/** Nodes in the order in which the file holds them. */
export function fileOrder(graph: Graph): Node[] {
  const index = indexGraph(graph);
  const depths = new Map<Node, number>();
  for (const node of graph.nodes) {
    let depth = 0;
    for (const input of node.inputs) {
      const producer = input && index.producer(input);
      if (producer) depth = Math.max(depth, depths.get(producer)! + 1);
    }
    depths.set(node, depth);
  }
  const positions = new Map(graph.nodes.map((node, position) => [node, position]));
  return [...graph.nodes].sort(
    (a, b) => depths.get(a)! - depths.get(b)! || positions.get(b)! - positions.get(a)!,
  );
}

/** The order of execution that follows from a file's order. */
export function runtimeOrder(graph: Graph, file: readonly Node[]): Node[] {
  const index = indexGraph(graph);
  const positions = new Map(file.map((node, position) => [node, position]));
  const leaves = file.filter(({ outputs }) =>
    outputs.every((output) => index.consumers(output).length === 0),
  );
  const stack: (readonly [node: Node, done: boolean])[] = leaves.map((node) => [node, false] as const);
  const visited = new Set<Node>();
  const order: Node[] = [];
  for (let entry = stack.pop(); entry; entry = stack.pop()) {
    const [node, done] = entry;
    if (done) {
      order.push(node);
      continue;
    }
    if (visited.has(node)) continue;
    visited.add(node);
    stack.push([node, true]);
    const needed = new Set<Node>();
    for (const input of node.inputs) {
      const producer = input && index.producer(input);
      if (producer) needed.add(producer);
    }
    const sorted = [...needed].sort((a, b) => positions.get(a)! - positions.get(b)!);
    for (const producer of sorted) if (!visited.has(producer)) stack.push([producer, false]);
  }
  return order;
}
