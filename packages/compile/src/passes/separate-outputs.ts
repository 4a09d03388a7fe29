/** Gives every output of a graph a node of its own: what leaves under two names, or as it came, is copied. */
import { createValue, type Graph, type Node, type Value } from '../graph.ts';

export function separateOutputs(graph: Graph): Graph {
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  const taken = new Set<Value>();
  const copies: Node[] = [];
  const outputs = graph.outputs.map(({ name, value }) => {
    if (made.has(value) && !taken.has(value)) {
      taken.add(value);
      return { name, value };
    }
    const copy = createValue(value.shape, value.dtype);
    copies.push({ op: 'Identity', domain: '', inputs: [value], outputs: [copy], attributes: {}, mark: 0 });
    return { name, value: copy };
  });
  return copies.length === 0 ? graph : { ...graph, nodes: [...graph.nodes, ...copies], outputs };
}
