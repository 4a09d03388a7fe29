/**
 * Says in operators of ONNX itself what the passes say in ONNX Runtime's own, so that the file runs everywhere. ONNX
 * Runtime's optimizer puts its own back where it has them.
 */
import { fill, integers, sizeOf, type Attribute, type Graph, type Node, type Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { transpose } from '../ops/shape.ts';
import { removeDeadCode } from '../passes/dead-code.ts';
import { rewrite } from '../passes/rewrite.ts';
import { indexGraph } from '../graph.ts';

export function standardOperators(graph: Graph): Graph {
  const plain = rewrite(graph, (node, builder) => {
    if (node.op === 'FusedMatMul') return [plainProduct(node, builder)];
    return node.op === 'SimplifiedLayerNormalization' ? plainRmsNorm(node, builder) : undefined;
  });
  return withoutStatistics(removeDeadCode(plain));
}

/** x / √(mean(x²) + ε) · scale, and 1 / √(mean(x²) + ε): ONNX has an operator of its own in newer versions alone. */
function plainRmsNorm({ inputs, outputs, attributes }: Node, builder: GraphBuilder): Value[] {
  const [x, scale] = inputs as [Value, Value];
  const { shape } = x;
  const rows = outputs[1]!.shape;
  const { epsilon } = attributes as { epsilon: { float: number } };
  const squares = builder.node('Pow', [x, fill([], 2, 'float32')], shape, 'float32');
  const mean = builder.node('ReduceMean', [squares, integers([shape.length - 1])], rows, 'float32', {
    keepdims: { int: 1 },
  });
  const safe = builder.node('Add', [mean, fill([], epsilon.float, 'float32')], rows, 'float32');
  const size = builder.node('Sqrt', [safe], rows, 'float32');
  const divided = builder.node('Div', [x, size], shape, 'float32');
  const scaled = builder.node('Mul', [divided, scale], shape, 'float32');
  return [scaled, builder.node('Reciprocal', [size], rows, 'float32')];
}

/** Two matrices: one Gemm, which takes them as they lie. More axes: what is transposed and scaled is so beforehand. */
function plainProduct({ inputs, outputs, attributes }: Node, builder: GraphBuilder): Value {
  const [a, b] = inputs as [Value, Value];
  const { shape } = outputs[0]!;
  const { transA, transB, alpha } = attributes;
  if (a.shape.length === 2 && b.shape.length === 2) {
    const given = {
      ...(transA ? { transA } : {}),
      ...(transB ? { transB } : {}),
      ...(alpha ? { alpha } : {}),
    };
    return builder.node('Gemm', [a, b], shape, 'float32', given);
  }
  const left = isSet(transA) ? swapped(builder, a) : a;
  const right = isSet(transB) ? swapped(builder, b) : b;
  const factor = alpha && 'float' in alpha ? alpha.float : 1;
  const scaleFirst = sizeOf(a.shape) <= sizeOf(shape);
  const scaled = (x: Value): Value =>
    factor === 1 ? x : builder.node('Mul', [x, fill([], factor, 'float32')], x.shape, 'float32');
  const product = builder.node('MatMul', [scaleFirst ? scaled(left) : left, right], shape, 'float32');
  return scaleFirst ? product : scaled(product);
}

const isSet = (attribute: Attribute | undefined): boolean =>
  attribute !== undefined && 'int' in attribute && attribute.int === 1;

function swapped(builder: GraphBuilder, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  const rank = axes.length;
  return transpose(builder, x, [...axes.slice(0, rank - 2), rank - 1, rank - 2]);
}

/** Means and deviations of norms are for gradients. */
function withoutStatistics(graph: Graph): Graph {
  const index = indexGraph(graph);
  const nodes = graph.nodes.map((node) => {
    if (node.op !== 'LayerNormalization') return node;
    const isRead = (value: Value): boolean => index.consumers(value).length > 0 || index.isOutput(value);
    const last = node.outputs.findLastIndex(isRead);
    return { ...node, outputs: node.outputs.slice(0, last + 1) };
  });
  return { ...graph, nodes };
}
