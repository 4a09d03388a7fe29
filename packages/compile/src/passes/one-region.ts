/**
 * Makes the runtime's arena begin with a region that holds everything.
 *
 * Otherwise it grows by regions of 1, 2, 4, … MiB as more is needed, and what is free at the end of one and at the
 * beginning of the next is never a whole: measured on steps of transformers, 5 to 10 % more memory. So the first node asks
 * for as many bytes of zeros as the step will use anyway, and hands them back.
 */
import { createValue, integers, type Graph, type Node, type Value } from '../graph.ts';
import { GraphBuilder } from '../graph-builder.ts';
import { bytesOf, viewOps } from '../lifetimes.ts';
import { waitFor } from './wait-for.ts';

/** Smaller results may come before: they do not make the first region larger. */
const smallestBytes = 65536;

export interface Reserved {
  readonly graph: Graph;
  /** Asks for no bytes yet; see `reserving`. */
  readonly reserve: Node;
}

/** The graph with a node that comes before everything large; undefined where there is no place for one. */
export function withReserve(graph: Graph): Reserved | undefined {
  const position = graph.nodes.findIndex(
    ({ op, inputs, outputs }) => inputs[0] && !viewOps.has(op) && bytesOf(outputs[0]!) >= smallestBytes,
  );
  const first = graph.nodes[position];
  if (!first) return undefined;
  const builder = new GraphBuilder();
  const zeros = reserveFor(0);
  const [operand, ...operands] = first.inputs;
  const inputs = [waitFor(builder, operand!, zeros.outputs), ...operands];
  const nodes = [...graph.nodes];
  nodes.splice(position, 1, zeros, ...builder.nodes, { ...first, inputs });
  return { graph: { ...graph, nodes }, reserve: zeros };
}

function reserveFor(bytes: number): Node {
  const shape = [Math.ceil(bytes / 4)];
  const outputs = [createValue(shape, 'float32')];
  return { op: 'ConstantOfShape', domain: '', inputs: [integers(shape)], outputs, attributes: {}, mark: 0 };
}

/** What replaces nodes of the graph for `bytes` to be asked for. */
export function reserving({ graph, reserve }: Reserved, bytes: number): ReadonlyMap<Node, Node> {
  const sized = reserveFor(bytes);
  const replace = (input: Value | undefined): Value | undefined =>
    input === reserve.outputs[0] ? sized.outputs[0] : input;
  const readers = graph.nodes.filter(({ inputs }) => inputs.includes(reserve.outputs[0]));
  return new Map<Node, Node>([
    [reserve, sized],
    ...readers.map((node) => [node, { ...node, inputs: node.inputs.map(replace) }] as const),
  ]);
}
