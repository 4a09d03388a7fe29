/**
 * Makes products that are larger than what they are made of wait for what they are combined with.
 *
 * In the backward pass of an activation the gradient that comes from above is multiplied up to the hidden width, and
 * then by the slope of the activation, which takes several values of that size to compute. The runtime follows the
 * longer chain, that of the gradient, first: the large product would lie there meanwhile in place of the small gradient.
 */
import { equalShapes, indexGraph, type Graph, type GraphIndex, type Node, type Value } from '../graph.ts';
import { GraphBuilder } from '../graph-builder.ts';
import { bytesOf, viewOps } from '../lifetimes.ts';
import { isElementwise } from './broadcast.ts';
import { productOps } from './cost.ts';
import { waitFor } from './wait-for.ts';

export interface LateProductsOptions {
  /** What waiting saves at least, in bytes; default 1 MiB. */
  readonly smallestGain?: number;
  /** Nodes of the program between a product and its use, beyond which it is left alone; default 100. */
  readonly longestWait?: number;
}

/** A product with its views, the node that combines it, and what that combines it with. */
interface Late {
  readonly chain: readonly [Node, ...Node[]];
  readonly use: Node;
  readonly other: Value;
}

export function delayProducts(
  graph: Graph,
  { smallestGain = 2 ** 20, longestWait = 100 }: LateProductsOptions = {},
): Graph {
  const index = indexGraph(graph);
  const positions = new Map(graph.nodes.map((node, position) => [node, position]));
  const late = graph.nodes
    .filter(({ op }) => productOps.has(op))
    .map((product) => combined(product, index))
    .filter((found) => found !== undefined)
    .filter(({ chain: [product], use, other }) => {
      const at = positions.get(product)!;
      const made = positions.get(index.producer(other)!)!;
      const gain = bytesOf(product.outputs[0]!) - bytesOf(product.inputs[0]!);
      return made > at && positions.get(use)! - at <= longestWait && gain >= smallestGain;
    });
  const moved = new Set(late.flatMap(({ chain }) => chain));
  const before = new Map(late.map((found) => [found.use, waiting(found)]));
  const nodes = graph.nodes.flatMap((node) => (moved.has(node) ? [] : [...(before.get(node) ?? []), node]));
  return { ...graph, nodes };
}

/** The product where nothing but one elementwise node reads it, together with another computed value of its size. */
function combined(product: Node, index: GraphIndex): Late | undefined {
  const chain: [Node, ...Node[]] = [product];
  let value = product.outputs[0]!;
  let readers = index.consumers(value);
  while (readers.length === 1 && viewOps.has(readers[0]!.op) && !index.isOutput(value)) {
    chain.push(readers[0]!);
    value = readers[0]!.outputs[0]!;
    readers = index.consumers(value);
  }
  const [use] = readers;
  if (!use || readers.length > 1 || !isElementwise(use) || index.isOutput(value)) return undefined;
  const other = use.inputs.find(
    (input) => input && input !== value && index.producer(input) && equalShapes(input.shape, value.shape),
  );
  return other && { chain, use, other };
}

function waiting({ chain: [product, ...views], other }: Late): Node[] {
  const builder = new GraphBuilder();
  const [data, ...rest] = product.inputs;
  const late = waitFor(builder, data!, [other]);
  return [...builder.nodes, { ...product, inputs: [late, ...rest] }, ...views];
}
