/** A product of two matrices and the bias that is added to its rows become one `Gemm`. */
import { equalShapes, indexGraph, type Graph, type GraphIndex, type Node, type Value } from '../graph.ts';
import { rewrite } from './rewrite.ts';

export function fuseBias(graph: Graph): Graph {
  const index = indexGraph(graph);
  const products = new Map<Value, Node>();
  return rewrite(graph, (node, builder) => {
    if (isMatrixProduct(node) && isReadOnce(node.outputs[0]!, index)) {
      products.set(node.outputs[0]!, node);
      return undefined;
    }
    if (node.op !== 'Add') return undefined;
    const { shape } = node.outputs[0]!;
    const [a, b] = node.inputs as [Value, Value];
    const product = products.get(a) ?? products.get(b);
    const bias = product?.outputs[0] === a ? b : a;
    if (!product || !equalShapes(product.outputs[0]!.shape, shape) || !isRow(bias, shape[1]!))
      return undefined;
    const { transA, transB, alpha } = product.attributes;
    const attributes = {
      ...(transA ? { transA } : {}),
      ...(transB ? { transB } : {}),
      ...(alpha ? { alpha } : {}),
    };
    return [builder.node('Gemm', [...product.inputs, bias], shape, 'float32', attributes)];
  });
}

const isReadOnce = (value: Value, index: GraphIndex): boolean =>
  index.consumers(value).length === 1 && !index.isOutput(value);

const isMatrixProduct = ({ op, inputs }: Node): boolean =>
  (op === 'MatMul' || op === 'FusedMatMul') && inputs.every((input) => input!.shape.length === 2);

const isRow = ({ shape }: Value, columns: number): boolean =>
  shape.at(-1) === columns && shape.slice(0, -1).every((length) => length === 1);
