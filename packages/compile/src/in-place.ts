/**
 * Which results may be written over the inputs that they replace.
 *
 * Optimizers read a parameter and write its next value. Two buffers would do, one is enough where everything else that
 * reads the old value has been computed before the new one is: where it is an ancestor of the node that writes.
 */
import { equalShapes, indexGraph, type Graph, type GraphIndex, type Node, type Value } from './graph.ts';
import { viewOps } from './lifetimes.ts';
import { isElementwise } from './passes/broadcast.ts';

/** Names of outputs that may take the memory of the input beside them. */
export function inPlacePairs(graph: Graph, pairs: ReadonlyMap<string, string>): Set<string> {
  const index = indexGraph(graph);
  const inputs = new Map(graph.inputs.map(({ name, value }) => [name, value]));
  const safe = new Set<string>();
  for (const { name, value } of graph.outputs) {
    const input = inputs.get(pairs.get(name) ?? '');
    if (input && input.dtype === value.dtype && canReplace(input, value, index)) safe.add(name);
  }
  return safe;
}

function canReplace(input: Value, output: Value, index: GraphIndex): boolean {
  const writer = index.producer(output);
  if (!writer || !equalShapes(input.shape, output.shape)) return false;
  const readers = readersOf(input, index);
  const ancestors = ancestorsOf(writer, index);
  return [...readers].every((reader) => {
    if (reader !== writer) return ancestors.has(reader);
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
