/** Writes a graph as an ONNX model. */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  TensorProto_DataType,
  type ModelProto,
} from 'onnx-buf';
import { constantData, type Attribute, type DType, type Graph, type Node, type Value } from './graph.ts';

/** Operators of ONNX 1.16 and later; ONNX Runtime's own are of version 1. */
const opset = 20n;
const irVersion = 10n;

const types: Readonly<Record<DType, TensorProto_DataType>> = {
  float32: TensorProto_DataType.FLOAT,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
  uint8: TensorProto_DataType.UINT8,
  int8: TensorProto_DataType.INT8,
};

/** Length of an axis: a number, or a name where the model takes any. */
export type Dimension = number | string;

export interface OnnxOptions {
  /** Shapes of inputs and outputs by name, where they are not the graph's own. */
  readonly shapes?: Readonly<Record<string, readonly Dimension[]>>;
  /** Names for constants that are worth one, such as weights. */
  readonly constantNames?: ReadonlyMap<Value, string>;
  readonly producer?: string;
  /**
   * Order of the nodes in the file. ONNX Runtime orders nodes itself: it goes from the results to what they need, and
   * of several needs takes the one that stands last in the file first. A file written backwards is therefore executed
   * in the graph's order.
   */
  readonly backwards?: boolean;
}

/** The model as an object, for those who change it further. */
export function toOnnxModel(graph: Graph, options: OnnxOptions = {}): ModelProto {
  const { names, nodes } = nameValues(graph, options);
  const nameOf = (value: Value | undefined): string => (value ? names.get(value)! : '');
  const written = nodes.map((node) => nodeProto(node, nameOf));
  if (options.backwards) written.reverse();
  const constants = [...names.keys()].filter((value) => value.constant);
  return create(ModelProtoSchema, {
    irVersion,
    producerName: options.producer ?? 'mdpd',
    opsetImport: [
      { domain: '', version: opset },
      ...(nodes.some(({ domain }) => domain !== '') ? [{ domain: 'com.microsoft', version: 1n }] : []),
    ],
    graph: {
      name: 'main',
      node: written,
      initializer: constants.map((value) => tensorProto(value, nameOf(value))),
      input: graph.inputs.map(({ name, value }) => valueInfo(name, value, options)),
      output: graph.outputs.map(({ name, value }) => valueInfo(name, value, options)),
    },
  });
}

/** The bytes of the model file. */
export const toOnnx = (graph: Graph, options?: OnnxOptions): Uint8Array =>
  toBinary(ModelProtoSchema, toOnnxModel(graph, options));

/** Inputs and outputs keep their names. What leaves under two names, or unchanged, is copied. */
function nameValues(
  graph: Graph,
  { constantNames }: OnnxOptions,
): { names: Map<Value, string>; nodes: Node[] } {
  const names = new Map<Value, string>(graph.inputs.map(({ name, value }) => [value, name]));
  const nodes = [...graph.nodes];
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  for (const { name, value } of graph.outputs) {
    if (made.has(value) && !names.has(value)) {
      names.set(value, name);
      continue;
    }
    const copy = { ...value, constant: undefined } as unknown as Value;
    nodes.push({ op: 'Identity', domain: '', inputs: [value], outputs: [copy], attributes: {}, mark: 0 });
    names.set(copy, name);
  }
  let count = 0;
  for (const { inputs, outputs } of nodes) {
    for (const value of [...inputs, ...outputs]) {
      if (!value || names.has(value)) continue;
      names.set(value, constantNames?.get(value) ?? `${value.constant ? 'c' : 'v'}${count++}`);
    }
  }
  return { names, nodes };
}

function nodeProto(
  { op, domain, inputs, outputs, attributes }: Node,
  nameOf: (value: Value | undefined) => string,
): NonNullable<NonNullable<ModelProto['graph']>['node']>[number] {
  return {
    name: nameOf(outputs[0]),
    opType: op,
    domain,
    input: inputs.map(nameOf),
    output: outputs.map(nameOf),
    attribute: Object.entries(attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  } as never;
}

function attributeProto(name: string, attribute: Attribute): object {
  if ('int' in attribute) return { name, type: AttributeProto_AttributeType.INT, i: BigInt(attribute.int) };
  if ('float' in attribute) return { name, type: AttributeProto_AttributeType.FLOAT, f: attribute.float };
  if ('text' in attribute) {
    return { name, type: AttributeProto_AttributeType.STRING, s: new TextEncoder().encode(attribute.text) };
  }
  return { name, type: AttributeProto_AttributeType.INTS, ints: attribute.ints.map(BigInt) };
}

function tensorProto(value: Value, name: string): object {
  const data = constantData(value);
  return {
    name,
    dataType: types[value.dtype],
    dims: value.shape.map(BigInt),
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}

function valueInfo(name: string, { dtype, shape }: Value, { shapes }: OnnxOptions): object {
  const dimensions = (shapes?.[name] ?? shape).map((length) =>
    typeof length === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(length) } }
      : { value: { case: 'dimParam' as const, value: length } },
  );
  return {
    name,
    type: { value: { case: 'tensorType', value: { elemType: types[dtype], shape: { dim: dimensions } } } },
  };
}
