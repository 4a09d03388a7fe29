/**
 * Attention whose probabilities nothing else reads, as in every forward pass, becomes ONNX Runtime's
 * `MultiHeadAttention`: no heads are moved, and no array of [B, H, N, M] is kept between operators.
 *
 * Letters: B batch, H heads, N queries, M keys, d width of a head.
 */
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
import { expand, reshape } from '../ops/shape.ts';
import { removeDeadCode } from './dead-code.ts';
import { rewrite } from './rewrite.ts';

interface Match {
  /** Values of B·N·H·d numbers in this order, in any shape. */
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly bias?: Value;
  /** [B, H, N, M]. */
  readonly scores: readonly number[];
  readonly scale: number;
}

export function fuseAttention(graph: Graph): Graph {
  const index = indexGraph(graph);
  const matches = new Map<Value, Match>();
  for (const node of graph.nodes) {
    const match = matchAttention(node, index);
    if (match) matches.set(node.outputs[0]!, match);
  }
  if (matches.size === 0) return graph;
  const renamed = new Map<Value, Value>();
  const fused = rewrite(graph, (node, builder) => {
    const match = matches.get(node.outputs[0]!);
    if (!match) return undefined;
    const merged = attend(builder, match, (value) => renamed.get(value) ?? value);
    const value = reshape(builder, merged, node.outputs[0]!.shape);
    renamed.set(node.outputs[0]!, value);
    return [value];
  });
  return removeDeadCode(fused);
}

/** [B, N, H·d]. */
function attend(builder: GraphBuilder, match: Match, now: (value: Value) => Value): Value {
  const [batch, heads, queries, keys] = match.scores as [number, number, number, number];
  const tokens = (value: Value, length: number): Value => {
    const width = value.shape.reduce((size, axis) => size * axis, 1) / (batch * length);
    return reshape(builder, now(value), [batch, length, width]);
  };
  const [q, k, v] = [tokens(match.q, queries), tokens(match.k, keys), tokens(match.v, keys)];
  const bias = match.bias && scoreBias(builder, now(match.bias), queries, keys);
  const attributes = { num_heads: { int: heads }, scale: { float: match.scale } };
  const inputs = [q, k, v, ...(bias ? [undefined, undefined, bias] : [])];
  return builder.node(
    'MultiHeadAttention',
    inputs,
    [batch, queries, v.shape[2]!],
    'float32',
    attributes,
    contributed,
  );
}

/** [B or 1, H or 1, N, M], as the operator wants it. */
function scoreBias(builder: GraphBuilder, bias: Value, queries: number, keys: number): Value {
  const four = [...Array.from({ length: 4 - bias.shape.length }, () => 1), ...bias.shape];
  return expand(builder, reshape(builder, bias, four), [four[0]!, four[1]!, queries, keys]);
}

/** From the end: Reshape(Transpose(MatMul(Softmax(q·kᵀ·scale + bias), v))). */
function matchAttention(node: Node, index: GraphIndex): Match | undefined {
  if (node.op !== 'Reshape') return undefined;
  const merged = alone(node.inputs[0], index, 'Transpose');
  if (!merged || !swapsHeads(merged)) return undefined;
  const mixed = alone(merged.inputs[0], index, 'MatMul');
  const probabilities = mixed && alone(mixed.inputs[0], index, 'Softmax');
  if (!mixed || !probabilities || !isAlongLast(probabilities)) return undefined;
  const added = alone(probabilities.inputs[0], index, 'Add');
  const found = added ? biasedScores(added, index) : plainScores(probabilities.inputs[0], index);
  if (!found) return undefined;
  const { scores, bias } = found;
  const [q, k, v] = [scores.inputs[0], scores.inputs[1], mixed.inputs[1]].map((value) =>
    splitOf(value!, index),
  );
  if (!q || !k || !v) return undefined;
  const alpha = scores.attributes['alpha'];
  return {
    q,
    k,
    v,
    bias,
    scores: scores.outputs[0]!.shape,
    scale: alpha && 'float' in alpha ? alpha.float : 1,
  };
}

interface Scores {
  readonly scores: Node;
  readonly bias?: Value;
}

/** q·kᵀ. */
function plainScores(value: Value | undefined, index: GraphIndex): Scores | undefined {
  const scores = alone(value, index, 'FusedMatMul');
  if (!scores || !isOne(scores.attributes['transB']) || isOne(scores.attributes['transA'])) return undefined;
  return scores.outputs[0]!.shape.length === 4 ? { scores } : undefined;
}

/** q·kᵀ + bias, in either order. */
function biasedScores({ inputs, outputs }: Node, index: GraphIndex): Scores | undefined {
  for (const [value, bias] of [inputs, [...inputs].reverse()] as Value[][]) {
    const plain = plainScores(value, index);
    const fits = plain && equalShapes(plain.scores.outputs[0]!.shape, outputs[0]!.shape);
    if (fits && bias!.shape.length <= 4) return { ...plain, bias: bias! };
  }
  return undefined;
}

/** The node of this operator that makes `value`, if nothing else reads it. */
function alone(value: Value | undefined, index: GraphIndex, op: string): Node | undefined {
  const node = value && index.producer(value);
  if (!node || node.op !== op || index.isOutput(value) || index.consumers(value).length !== 1)
    return undefined;
  return node;
}

/** What was cut into heads [B, H, N, d]: as many numbers in the order of [B, N, H, d]. */
function splitOf(value: Value, index: GraphIndex): Value | undefined {
  const moved = index.producer(value);
  if (!moved || !swapsHeads(moved)) return undefined;
  const split = index.producer(moved.inputs[0]!);
  return split?.op === 'Reshape' ? split.inputs[0] : moved.inputs[0];
}

function swapsHeads({ op, attributes }: Node): boolean {
  const perm = attributes['perm'];
  return op === 'Transpose' && perm !== undefined && 'ints' in perm && perm.ints.join() === '0,2,1,3';
}

function isAlongLast({ attributes, inputs }: Node): boolean {
  const axis = attributes['axis'];
  return axis !== undefined && 'int' in axis && (axis.int === -1 || axis.int === inputs[0]!.shape.length - 1);
}

const isOne = (attribute: Attribute | undefined): boolean =>
  attribute !== undefined && 'int' in attribute && attribute.int === 1;
