/**
 * Attention whose probabilities nothing else reads, as in every forward pass, becomes ONNX Runtime's
 * `MultiHeadAttention`: no array of [B, H, N, M] is written, and no heads are moved.
 *
 * Letters: B batch, H heads, N queries, M keys, d width of a head.
 */
import { indexGraph, type Attribute, type Graph, type GraphIndex, type Node, type Value } from '../graph.ts';
import { contributed } from '../ops/linear-algebra.ts';
import { removeDeadCode } from './dead-code.ts';
import { rewrite } from './rewrite.ts';

interface Match {
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly bias?: Value;
  readonly heads: number;
  readonly scale: number;
}

export function fuseAttention(graph: Graph): Graph {
  const index = indexGraph(graph);
  const matches = new Map<Node, Match>();
  for (const node of graph.nodes) {
    const match = matchAttention(node, index);
    if (match) matches.set(node, match);
  }
  if (matches.size === 0) return graph;
  const byOutput = new Map([...matches].map(([node, match]) => [node.outputs[0]!, match]));
  const renamed = new Map<Value, Value>();
  const now = (value: Value): Value => renamed.get(value) ?? value;
  const fused = rewrite(graph, (node, builder) => {
    const match = byOutput.get(node.outputs[0]!);
    if (!match) return undefined;
    const inputs = [now(match.q), now(match.k), now(match.v)];
    if (match.bias) inputs.push(...([undefined, undefined, now(match.bias)] as unknown as Value[]));
    const attributes = { num_heads: { int: match.heads }, scale: { float: match.scale } };
    const { shape } = node.outputs[0]!;
    const value = builder.node('MultiHeadAttention', inputs, shape, 'float32', attributes, contributed);
    renamed.set(node.outputs[0]!, value);
    return [value];
  });
  return removeDeadCode(fused);
}

/** From the end: Reshape(Transpose(MatMul(Softmax(q·kᵀ·scale + bias), v))). */
function matchAttention(node: Node, index: GraphIndex): Match | undefined {
  if (node.op !== 'Reshape') return undefined;
  const merged = alone(node.inputs[0], index, 'Transpose');
  if (!merged || !swapsHeads(merged)) return undefined;
  const mixed = alone(merged.inputs[0], index, 'MatMul');
  const probabilities = mixed && alone(mixed.inputs[0], index, 'Softmax');
  if (!mixed || !probabilities) return undefined;
  const added = alone(probabilities.inputs[0], index, 'Add');
  const scores = alone(added ? added.inputs[0] : probabilities.inputs[0], index, 'FusedMatMul');
  if (!scores || !isOne(scores.attributes['transB']) || isOne(scores.attributes['transA'])) return undefined;
  const [q, k, v] = [scores.inputs[0], scores.inputs[1], mixed.inputs[1]].map((value) =>
    splitOf(value!, index),
  );
  if (!q || !k || !v || node.outputs[0]!.shape.length !== 3) return undefined;
  const bias = added?.inputs[1];
  if (bias && !fitsScores(bias, scores.outputs[0]!)) return undefined;
  const alpha = scores.attributes['alpha'];
  return {
    q,
    k,
    v,
    ...(bias ? { bias } : {}),
    heads: scores.inputs[0]!.shape[1]!,
    scale: alpha && 'float' in alpha ? alpha.float : 1,
  };
}

/** The node of this operator that makes `value`, if nothing else reads it. */
function alone(value: Value | undefined, index: GraphIndex, op: string): Node | undefined {
  const node = value && index.producer(value);
  if (!node || node.op !== op || index.isOutput(value) || index.consumers(value).length !== 1)
    return undefined;
  return node;
}

/** x [B, N, H·d] of its heads [B, H, N, d]. */
function splitOf(value: Value, index: GraphIndex): Value | undefined {
  const moved = index.producer(value);
  if (!moved || !swapsHeads(moved)) return undefined;
  const split = index.producer(moved.inputs[0]!);
  if (split?.op !== 'Reshape') return undefined;
  const [batch, tokens, heads, width] = split.outputs[0]!.shape as [number, number, number, number];
  const { shape } = split.inputs[0]!;
  const whole = shape.length === 3 && shape[0] === batch && shape[1] === tokens && shape[2] === heads * width;
  return whole ? split.inputs[0] : undefined;
}

function swapsHeads({ op, attributes }: Node): boolean {
  const perm = attributes['perm'];
  return op === 'Transpose' && perm !== undefined && 'ints' in perm && perm.ints.join() === '0,2,1,3';
}

const isOne = (attribute: Attribute | undefined): boolean =>
  attribute !== undefined && 'int' in attribute && attribute.int === 1;

/** The operator wants [B or 1, H or 1, N, M]. */
function fitsScores(bias: Value, scores: Value): boolean {
  return (
    bias.shape.length === 4 &&
    bias.shape.every((length, axis) => length === scores.shape[axis] || (axis < 2 && length === 1))
  );
}
