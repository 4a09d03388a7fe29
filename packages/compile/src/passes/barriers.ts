/**
 * Makes the runtime compute what the program computed first, first.
 *
 * The runtime follows the longest chain and leaves what branches off it for the end: in a backward pass those are the
 * gradients of parameters, and everything that they are made of would stay alive. At regular places of the program's
 * order the value that is read next is therefore made to depend on all that was computed since the last place and is
 * wanted later.
 */
import { indexGraph, sizeOf, type Graph, type GraphIndex, type Node, type Value } from '../graph.ts';
import { GraphBuilder } from '../graph-builder.ts';
import { waitFor } from './wait-for.ts';

export interface BarrierOptions {
  /** Nodes between two barriers; default 24. */
  readonly segmentLength?: number;
  /** Smaller values can wait: holding them costs less than the nodes that would not. Bytes; default 65,536. */
  readonly smallestBytes?: number;
}

export function insertBarriers(
  graph: Graph,
  { segmentLength = 24, smallestBytes = 65536 }: BarrierOptions = {},
): Graph {
  const index = indexGraph(graph);
  const positions = new Map(graph.nodes.map((node, position) => [node, position]));
  const builder = new GraphBuilder();
  const replaced = new Map<Value, Value>();
  const nodes: Node[] = [];
  let start = 0;
  graph.nodes.forEach((node, position) => {
    const inputs = node.inputs.map((input) => (input ? (replaced.get(input) ?? input) : input));
    nodes.push(inputs.some((input, i) => input !== node.inputs[i]) ? { ...node, inputs } : node);
    if (position + 1 - start < segmentLength) return;
    const barrier = placeBarrier(graph.nodes, start, position + 1, smallestBytes, index, positions);
    start = position + 1;
    if (!barrier) return;
    const from = builder.nodes.length;
    const through = replaced.get(barrier.value) ?? barrier.value;
    replaced.set(barrier.value, waitFor(builder, through, barrier.after));
    nodes.push(...builder.nodes.slice(from));
  });
  return { ...graph, nodes };
}

interface Barrier {
  readonly value: Value;
  readonly after: readonly Value[];
}

/** Between the nodes before `end` and the rest: the value that is read next waits for the others. */
function placeBarrier(
  nodes: readonly Node[],
  start: number,
  end: number,
  smallestBytes: number,
  index: GraphIndex,
  positions: ReadonlyMap<Node, number>,
): Barrier | undefined {
  const crossing: { value: Value; next: number }[] = [];
  for (const node of nodes.slice(start, end)) {
    for (const value of node.outputs) {
      const later = index
        .consumers(value)
        .map((consumer) => positions.get(consumer)!)
        .filter((at) => at >= end);
      if (later.length > 0 || index.isOutput(value))
        crossing.push({ value, next: Math.min(Infinity, ...later) });
    }
  }
  const through = crossing
    .filter(
      ({ value, next }) =>
        value.dtype === 'float32' && next < Infinity && sizeOf(value.shape) * 4 >= smallestBytes,
    )
    .sort((a, b) => a.next - b.next)[0];
  if (!through) return undefined;
  // What one of them is made of is there when it is.
  const known = ancestorsWithin(index.producer(through.value)!, start, index, positions);
  const after: Value[] = [];
  for (const { value } of crossing.toReversed()) {
    const producer = index.producer(value)!;
    if (known.has(producer)) continue;
    after.push(value);
    for (const node of ancestorsWithin(producer, start, index, positions)) known.add(node);
  }
  return after.length > 0 ? { value: through.value, after } : undefined;
}

function ancestorsWithin(
  node: Node,
  start: number,
  index: GraphIndex,
  positions: ReadonlyMap<Node, number>,
): Set<Node> {
  const found = new Set<Node>([node]);
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const input of next.inputs) {
      const producer = input && index.producer(input);
      if (!producer || found.has(producer) || positions.get(producer)! < start) continue;
      found.add(producer);
      open.push(producer);
    }
  }
  return found;
}
