/**
 * Dynamic quantization, as ONNX Runtime's `quantize_dynamic` does it: weights become bytes, what they are multiplied with
 * is quantized when the model runs.
 *
 * Letters: I inputs, O outputs of a linear layer.
 */
import { constantData, createValue, type Attribute, type Graph, type Node, type Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { cast, elementwise } from '../ops/elementwise.ts';
import { rewrite } from '../passes/rewrite.ts';
import type { ModelGraph } from './exportable-model.ts';
import { quantizeMatrix } from './quantize-matrix.ts';

export interface QuantizedModel {
  readonly model: ModelGraph;
  /** Names of the parameters that are bytes now. */
  readonly quantized: readonly string[];
}

/** Numbers as bytes: (byte − zeroPoint) · scale. */
interface Bytes {
  readonly values: Value;
  readonly scale: Value;
  readonly zeroPoint: Value;
}

/** A product with a parameter [O, I] or [I, O]. */
interface Layer {
  readonly name: string;
  readonly weight: Value;
  readonly transposed: boolean;
  readonly factor: number;
  readonly bias: Value | undefined;
}

/**
 * Quantizes every linear layer but the last ones, from which the outputs come: heads are small, and nothing after them
 * evens errors out. Filters that are no matrices (a projection of patches) and tables stay float32 as well.
 *
 * The parameter `name` [O, I] becomes `name_quantized` [I, O], `name_scale` [O] and `name_zero_point` [O].
 */
export function quantizeModel({ graph, parameterNames, shapes }: ModelGraph): QuantizedModel {
  const names = new Map(parameterNames);
  const weights = new Map<string, Bytes>();
  const activations = new Map<Value, Bytes>();
  const outputs = new Set(graph.outputs.map(({ value }) => value));
  const quantized = rewrite(graph, (node, builder) => {
    const layer = layerOf(node, parameterNames);
    if (!layer || outputs.has(node.outputs[0]!)) return undefined;
    const key = `${layer.name}|${layer.transposed}|${layer.factor}`;
    const weight = weights.get(key) ?? weightBytes(layer, names);
    weights.set(key, weight);
    const input = node.inputs[0]!;
    const activation = activations.get(input) ?? activationBytes(builder, input);
    activations.set(input, activation);
    return [product(builder, activation, weight, layer.bias, node.outputs[0]!.shape)];
  });
  return {
    model: { graph: quantized, parameterNames: stillRead(quantized, names), shapes },
    quantized: [...new Set([...weights.keys()].map((key) => key.split('|')[0]!))],
  };
}

function layerOf(node: Node, names: ReadonlyMap<Value, string>): Layer | undefined {
  if (node.op !== 'Gemm' && node.op !== 'MatMul') return undefined;
  const [, weight, bias] = node.inputs;
  const name = names.get(weight!);
  if (name === undefined || weight!.shape.length !== 2 || isSet(node.attributes['transA'])) return undefined;
  const { alpha, transB } = node.attributes;
  const factor = alpha && 'float' in alpha ? alpha.float : 1;
  return { name, weight: weight!, transposed: isSet(transB), factor, bias };
}

const isSet = (attribute: Attribute | undefined): boolean =>
  attribute !== undefined && 'int' in attribute && attribute.int === 1;

/** The layer's weight as [I, O] with one scale for every output; `names` learns its parts. */
function weightBytes({ name, weight, transposed, factor }: Layer, names: Map<Value, string>): Bytes {
  const [first, second] = weight.shape as [number, number];
  const [rows, columns] = transposed ? [second, first] : [first, second];
  const { values, scales } = quantizeMatrix(constantData(weight) as Float32Array, rows, columns, transposed);
  const part = (suffix: string, value: Value): Value => {
    names.set(value, `${name}_${suffix}`);
    return value;
  };
  const data = (held: Float32Array | Int8Array) => ({ kind: 'data', data: held }) as const;
  return {
    values: part('quantized', createValue([rows, columns], 'int8', data(values))),
    scale: part('scale', createValue([columns], 'float32', data(scales.map((scale) => scale * factor)))),
    zeroPoint: part('zero_point', createValue([columns], 'int8', data(new Int8Array(columns)))),
  };
}

function activationBytes(builder: GraphBuilder, x: Value): Bytes {
  const [values, scale, zeroPoint] = builder.nodeOf(
    'DynamicQuantizeLinear',
    [x],
    [
      { shape: x.shape, dtype: 'uint8' },
      { shape: [], dtype: 'float32' },
      { shape: [], dtype: 'uint8' },
    ],
  );
  return { values: values!, scale: scale!, zeroPoint: zeroPoint! };
}

/** In the form that ONNX Runtime's optimizer knows: MatMulInteger, Cast, Mul by both scales, Add. */
function product(
  builder: GraphBuilder,
  input: Bytes,
  weight: Bytes,
  bias: Value | undefined,
  shape: readonly number[],
): Value {
  const operands = [input.values, weight.values, input.zeroPoint, weight.zeroPoint];
  const sums = builder.node('MatMulInteger', operands, shape, 'int32');
  const scale = elementwise(builder, 'Mul', [input.scale, weight.scale]);
  const scaled = elementwise(builder, 'Mul', [cast(builder, sums, 'float32'), scale]);
  return bias ? elementwise(builder, 'Add', [scaled, bias]) : scaled;
}

function stillRead({ nodes }: Graph, names: ReadonlyMap<Value, string>): Map<Value, string> {
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return new Map([...names].filter(([value]) => read.has(value)));
}
