/**
 * How much memory a graph needs while it runs: which values are alive at each node.
 *
 * Inputs, outputs and constants are not counted: they have buffers of their own. A view shares the memory of what it
 * shows, and an elementwise result takes over that of an operand which nothing reads afterwards, as in ONNX Runtime.
 */
import { bytesPerElement, sizeOf, type Graph, type Node, type Value } from './graph.ts';
import { isElementwise } from './passes/broadcast.ts';

/** Operators whose result is their operand's memory under another shape. */
export const viewOps: ReadonlySet<string> = new Set(['Reshape', 'Identity']);

export const bytesOf = ({ shape, dtype }: Value): number => sizeOf(shape) * bytesPerElement(dtype);

/** The value whose memory each value of a graph uses. */
export function memoryOwners({ nodes }: Graph): (value: Value) => Value {
  const owners = new Map<Value, Value>();
  const ownerOf = (value: Value): Value => owners.get(value) ?? value;
  for (const { op, inputs, outputs } of nodes) {
    if (viewOps.has(op)) owners.set(outputs[0]!, ownerOf(inputs[0]!));
  }
  return ownerOf;
}

export interface MemoryPeak {
  readonly bytes: number;
  /** The node that runs at the peak, as a number in the graph's order. */
  readonly node: number;
  /** What is alive then, largest first. */
  readonly alive: readonly Value[];
}

/** The largest sum of bytes alive while one node runs. */
export function memoryPeak(graph: Graph): MemoryPeak {
  const ownerOf = memoryOwners(graph);
  const kept = new Set<Value>([...graph.inputs, ...graph.outputs].map(({ value }) => ownerOf(value)));
  const lastUse = lastUses(graph.nodes, ownerOf);
  const alive = new Set<Value>();
  let bytes = 0;
  let peak: MemoryPeak = { bytes: 0, node: -1, alive: [] };
  graph.nodes.forEach((node, index) => {
    let reused = 0;
    for (const output of node.outputs) {
      const owner = ownerOf(output);
      if (kept.has(owner) || alive.has(owner) || owner.constant) continue;
      alive.add(owner);
      bytes += bytesOf(owner);
      if (isElementwise(node)) reused = reusable(node, index, ownerOf, kept, lastUse);
    }
    if (bytes - reused > peak.bytes) peak = { bytes: bytes - reused, node: index, alive: [...alive] };
    for (const value of [...node.inputs, ...node.outputs]) {
      const owner = value && ownerOf(value);
      if (!owner || !alive.has(owner) || (lastUse.get(owner) ?? -1) > index) continue;
      alive.delete(owner);
      bytes -= bytesOf(owner);
    }
  });
  return { ...peak, alive: [...peak.alive].sort((a, b) => bytesOf(b) - bytesOf(a)) };
}

/** Number of the node that reads the memory of a value last; none for what nothing reads. */
export function lastUses(nodes: readonly Node[], ownerOf: (value: Value) => Value): Map<Value, number> {
  const uses = new Map<Value, number>();
  nodes.forEach(({ inputs }, index) => {
    for (const input of inputs) if (input) uses.set(ownerOf(input), index);
  });
  return uses;
}

/** Bytes of an operand that an elementwise result may take over. */
function reusable(
  { inputs, outputs }: Node,
  index: number,
  ownerOf: (value: Value) => Value,
  kept: ReadonlySet<Value>,
  lastUse: ReadonlyMap<Value, number>,
): number {
  const size = bytesOf(outputs[0]!);
  const free = inputs.some((input) => {
    const owner = input && ownerOf(input);
    return (
      owner && !owner.constant && !kept.has(owner) && lastUse.get(owner) === index && bytesOf(owner) === size
    );
  });
  return free ? size : 0;
}
