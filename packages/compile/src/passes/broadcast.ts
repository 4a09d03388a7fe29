/**
 * Lets operators broadcast instead of writing repeated numbers out: `Expand` moves behind elementwise operators, and
 * vanishes where another operand gives the shape.
 */
import { broadcastShapes, equalShapes, fill, type Graph, type Node, type Value } from '../graph.ts';
import { expand } from '../ops/shape.ts';
import { rewrite } from './rewrite.ts';

const elementwiseOps = new Set(
  `Add Sub Mul Div Max Min Pow Equal Greater GreaterOrEqual Less LessOrEqual And Or Where
   Neg Abs Sign Relu Erf Exp Log Tanh Sigmoid Sqrt Reciprocal Floor Ceil Round Sin Cos Softplus Elu Not Cast
   HardSigmoid IsNaN Sinh Atanh`.split(/\s+/u),
);

export function pushBroadcasts(graph: Graph): Graph {
  const small = new Map<Value, Value>();
  return rewrite(graph, (node, builder) => {
    if (node.op === 'Expand') small.set(node.outputs[0]!, node.inputs[0]!);
    if (!elementwiseOps.has(node.op)) return undefined;
    const inputs = node.inputs.map((input) => reduced(input!, small));
    if (inputs.every((input, index) => input === node.inputs[index])) return undefined;
    const { shape, dtype } = node.outputs[0]!;
    const own = broadcastShapes(...inputs.map((input) => input.shape));
    const value = builder.node(node.op, inputs, own, dtype, node.attributes, node.domain);
    if (equalShapes(own, shape)) return [value];
    const whole = expand(builder, value, shape);
    small.set(whole, value);
    return [whole];
  });
}

/** The smallest value that broadcasts to the same numbers. */
function reduced(value: Value, small: ReadonlyMap<Value, Value>): Value {
  if (value.constant?.kind === 'fill' && value.shape.length > 0) {
    return fill([], value.constant.value, value.dtype);
  }
  return small.get(value) ?? value;
}

export const isElementwise = ({ op }: Node): boolean => elementwiseOps.has(op);
