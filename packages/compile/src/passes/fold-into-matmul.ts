/** Transposes of the last two axes, and factors, become flags of the matrix product that reads them. */
import {
  equalShapes,
  indexGraph,
  type Attribute,
  type Graph,
  type GraphIndex,
  type Node,
  type Value,
} from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { contributed } from '../ops/linear-algebra.ts';
import { rewrite } from './rewrite.ts';

interface Product {
  a: Value;
  b: Value;
  transA: boolean;
  transB: boolean;
  alpha: number;
}

const isProduct = ({ op }: Node): boolean => op === 'MatMul' || op === 'FusedMatMul';

const flag = (attribute: Attribute | undefined): boolean =>
  attribute !== undefined && 'int' in attribute && attribute.int === 1;

const factorOf = (attribute: Attribute | undefined): number =>
  attribute !== undefined && 'float' in attribute ? attribute.float : 1;

export function foldIntoMatMul(graph: Graph): Graph {
  return foldResultFactors(foldOperands(graph));
}

function productOf({ inputs, attributes }: Node): Product {
  return {
    a: inputs[0]!,
    b: inputs[1]!,
    transA: flag(attributes['transA']),
    transB: flag(attributes['transB']),
    alpha: factorOf(attributes['alpha']),
  };
}

function emit(
  builder: GraphBuilder,
  { a, b, transA, transB, alpha }: Product,
  shape: readonly number[],
): Value {
  if (!transA && !transB && alpha === 1) return builder.node('MatMul', [a, b], shape, 'float32');
  const attributes = {
    transA: { int: Number(transA) },
    transB: { int: Number(transB) },
    alpha: { float: alpha },
  };
  return builder.node('FusedMatMul', [a, b], shape, 'float32', attributes, contributed);
}

function foldOperands(graph: Graph): Graph {
  const producers = new Map<Value, Node>();
  return rewrite(graph, (node, builder) => {
    for (const output of node.outputs) producers.set(output, node);
    if (!isProduct(node)) return undefined;
    const before = productOf(node);
    const product = { ...before };
    for (let folding = true; folding;) {
      folding = foldOperand(product, 'a', producers) || foldOperand(product, 'b', producers);
    }
    const { shape } = node.outputs[0]!;
    return product.a === before.a && product.b === before.b ? undefined : [emit(builder, product, shape)];
  });
}

function foldOperand(product: Product, side: 'a' | 'b', producers: ReadonlyMap<Value, Node>): boolean {
  const producer = producers.get(product[side]);
  if (!producer) return false;
  if (swapsLastAxes(producer)) {
    product[side] = producer.inputs[0]!;
    if (side === 'a') product.transA = !product.transA;
    else product.transB = !product.transB;
    return true;
  }
  const factor = constantFactor(producer);
  if (!factor) return false;
  product[side] = factor.of;
  product.alpha *= factor.by;
  return true;
}

/** (A·B)·c where nothing else reads A·B. */
function foldResultFactors(graph: Graph): Graph {
  const index = indexGraph(graph);
  const products = new Map<Value, Node>();
  return rewrite(graph, (node, builder) => {
    const source = constantFactor(node);
    const product = source && products.get(source.of);
    if (source && product) {
      const whole = productOf(product);
      return [emit(builder, { ...whole, alpha: whole.alpha * source.by }, node.outputs[0]!.shape)];
    }
    if (isProduct(node) && isScaledOnly(node.outputs[0]!, index)) products.set(node.outputs[0]!, node);
    return undefined;
  });
}

function isScaledOnly(value: Value, index: GraphIndex): boolean {
  const consumers = index.consumers(value);
  return consumers.length === 1 && !index.isOutput(value) && constantFactor(consumers[0]!)?.of === value;
}

function swapsLastAxes({ op, attributes, inputs }: Node): boolean {
  const perm = attributes['perm'];
  if (op !== 'Transpose' || !perm || !('ints' in perm)) return false;
  const rank = inputs[0]!.shape.length;
  if (rank < 2) return false;
  return perm.ints.every((axis, to) => axis === (to < rank - 2 ? to : 2 * rank - 3 - to));
}

/** x·c, −x. */
function constantFactor(node: Node): { of: Value; by: number } | undefined {
  const [x, factor] = node.inputs;
  if (node.outputs[0]?.dtype !== 'float32') return undefined;
  if (node.op === 'Neg') return { of: x!, by: -1 };
  if (node.op !== 'Mul') return undefined;
  for (const [of, by] of [
    [x!, factor!],
    [factor!, x!],
  ] as const) {
    const single = by.constant?.kind === 'fill' ? by.constant.value : undefined;
    if (single !== undefined && equalShapes(of.shape, node.outputs[0]!.shape)) return { of, by: single };
  }
  return undefined;
}
