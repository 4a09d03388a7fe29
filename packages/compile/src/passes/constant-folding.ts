/** Computes what is constant beforehand, and drops operations that change nothing. */
import {
  broadcastShapes,
  equalShapes,
  fill,
  isFill,
  readIntegers,
  type Graph,
  type Node,
  type Value,
} from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { expand, reshape, transpose } from '../ops/shape.ts';
import { rewrite } from './rewrite.ts';

const unary: Readonly<Record<string, (x: number) => number>> = {
  Neg: (x) => -x,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Log: Math.log,
  Reciprocal: (x) => 1 / x,
  Tanh: Math.tanh,
  Sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

const binary: Readonly<Record<string, (x: number, y: number) => number>> = {
  Add: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y,
  Div: (x, y) => x / y,
  Max: Math.max,
  Min: Math.min,
};

const fillOf = (value: Value | undefined): number | undefined =>
  value?.constant?.kind === 'fill' ? value.constant.value : undefined;

/** One number everywhere in, one number everywhere out. Integers are left alone: they are few. */
function foldNumbers({ op, inputs, outputs }: Node): Value | undefined {
  const output = outputs[0]!;
  if (output.dtype !== 'float32' || inputs.some((input) => input?.dtype !== 'float32')) return undefined;
  const [a, b] = inputs.map(fillOf);
  if (inputs.length === 1 && a !== undefined && unary[op]) return fill(output.shape, unary[op](a), 'float32');
  if (inputs.length !== 2 || a === undefined || b === undefined || !binary[op]) return undefined;
  return fill(output.shape, binary[op](a, b), 'float32');
}

/** x·1, x/1, x + 0, x − 0. */
function dropNeutral({ op, inputs, outputs }: Node, builder: GraphBuilder): Value | undefined {
  const [a, b] = inputs as [Value, Value];
  const whole = (value: Value): Value => expand(builder, value, outputs[0]!.shape);
  if ((op === 'Mul' || op === 'Div') && isFill(b, 1)) return whole(a);
  if ((op === 'Add' || op === 'Sub') && isFill(b, 0)) return whole(a);
  if (op === 'Mul' && isFill(a, 1)) return whole(b);
  if (op === 'Add' && isFill(a, 0)) return whole(b);
  return undefined;
}

export function foldConstants(graph: Graph): Graph {
  const producers = new Map<Value, Node>();
  const remember = (node: Node): void => node.outputs.forEach((output) => producers.set(output, node));
  return rewrite(graph, (node, builder) => {
    const start = builder.nodes.length;
    const result = foldNumbers(node) ?? dropNeutral(node, builder) ?? foldChains(node, builder, producers);
    if (!result) {
      remember(node);
      return undefined;
    }
    builder.nodes.slice(start).forEach(remember);
    return [result];
  });
}

/** Two steps that are one: Reshape of Reshape, Transpose of Transpose, (x·c)·d. */
function foldChains(node: Node, builder: GraphBuilder, producers: Map<Value, Node>): Value | undefined {
  const { op, inputs, outputs } = node;
  const shape = outputs[0]!.shape;
  const before = inputs[0] && producers.get(inputs[0]);
  if (op === 'Reshape') {
    if (equalShapes(inputs[0]!.shape, shape)) return inputs[0]!;
    if (inputs[0]!.constant) return reshape(builder, inputs[0]!, shape);
    if (before?.op === 'Reshape' && before.inputs[1]?.constant)
      return reshape(builder, before.inputs[0]!, shape);
  }
  if (op === 'Expand' && inputs[0]!.constant?.kind === 'fill')
    return expand(builder, inputs[0]!, readIntegers(inputs[1]!));
  if (op === 'Transpose' && before?.op === 'Transpose') {
    const outer = permutation(node);
    const inner = permutation(before);
    return transpose(
      builder,
      before.inputs[0]!,
      outer.map((axis) => inner[axis]!),
    );
  }
  if (op === 'Mul' && before?.op === 'Mul') {
    const [outer, inner] = [fillOf(inputs[1]), fillOf(before.inputs[1])];
    if (outer === undefined || inner === undefined) return undefined;
    const x = before.inputs[0]!;
    if (!equalShapes(broadcastShapes(x.shape), shape)) return undefined;
    return builder.node('Mul', [x, fill([], outer * inner, 'float32')], shape, 'float32');
  }
  return undefined;
}

function permutation(node: Node): readonly number[] {
  const attribute = node.attributes['perm']!;
  return 'ints' in attribute ? attribute.ints : [];
}
