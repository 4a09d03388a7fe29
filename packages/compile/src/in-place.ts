/**
 * Which results may be written over the inputs that they replace.
 *
 * Optimizers read a parameter and write its next value. Two buffers would do, one is enough where everything else that
 * reads the old value has been computed before the new one is.
 */
import { equalShapes, indexGraph, type Graph, type GraphIndex, type Node, type Value } from './graph.ts';
import { viewOps } from './lifetimes.ts';
import { isElementwise } from './passes/broadcast.ts';

/**
 * Names of outputs that may take the memory of the input beside them.
 *
 * @param inOrder whether nodes run exactly in the graph's order; otherwise only what a result is made of counts as
 *   computed before it
 */
export function inPlacePairs(
  graph: Graph,
  pairs: ReadonlyMap<string, string>,
  inOrder: boolean,
): Set<string> {
  const index = indexGraph(graph);
  const inputs = new Map(graph.inputs.map(({ name, value }) => [name, value]));
  const positions = new Map(graph.nodes.map((node, position) => [node, position]));
  const comesBefore = (writer: Node): ((reader: Node) => boolean) => {
    if (inOrder) return (reader) => positions.get(reader)! < positions.get(writer)!;
    const ancestors = ancestorsOf(writer, index);
    return (reader) => ancestors.has(reader);
  };
  const safe = new Set<string>();
  for (const { name, value } of graph.outputs) {
    const input = inputs.get(pairs.get(name) ?? '');
    const writer = index.producer(value);
    if (!input || !writer || input.dtype !== value.dtype || !equalShapes(input.shape, value.shape)) continue;
    if (canReplace(input, value, writer, index, comesBefore(writer))) safe.add(name);
  }
  return safe;
}

function canReplace(
  input: Value,
  output: Value,
  writer: Node,
  index: GraphIndex,
  comesBefore: (reader: Node) => boolean,
): boolean {
  return [...readersOf(input, index)].every((reader) => {
    if (reader !== writer) return comesBefore(reader);
    // Number by number, each is read before it is written.
    return (
      isElementwise(writer) &&
      writer.inputs.every((value) => value !== input || equalShapes(value.shape, output.shape))
    );
  });
}

function readersOf(value: Value, index: GraphIndex): Set<Node> {
  const readers = new Set<Node>();
  for (const node of index.consumers(value)) {
    readers.add(node);
    if (!viewOps.has(node.op)) continue;
    for (const further of readersOf(node.outputs[0]!, index)) readers.add(further);
  }
  return readers;
}

function ancestorsOf(node: Node, index: GraphIndex): Set<Node> {
  const found = new Set<Node>();
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const input of next.inputs) {
      const producer = input && index.producer(input);
      if (!producer || found.has(producer)) continue;
      found.add(producer);
      open.push(producer);
    }
  }
  return found;
}
