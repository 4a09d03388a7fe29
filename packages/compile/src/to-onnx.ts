/** Writes a graph as an ONNX model. */
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  TensorProto_DataType,
  type ModelProto,
} from 'onnx-buf';
import { constantKey } from './passes/common-subexpressions.ts';
import { separateOutputs } from './passes/separate-outputs.ts';
import { constantData, type Attribute, type DType, type Graph, type Node, type Value } from './graph.ts';
import { bytesOf } from './lifetimes.ts';

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
   * Keeps the shapes of intermediate values from ONNX Runtime. Where it knows them, it plans one buffer for several
   * values of equal shape and holds it from the first to the last of them; where it does not, it frees every value after
   * its last use, which takes less memory. Not even a number of axes is told: looking for such buffers takes the runtime a
   * time that grows with the square of their number, half a minute for the 15,000 nodes of a step of ViLT, 3 s without.
   */
  readonly hideShapes?: boolean;
  /** The graph's nodes in the order in which the file is to hold them; see runtime-order.ts. */
  readonly file?: readonly Node[];
  /** Adds a first result of this name that is an empty sequence; see session-worker.js. */
  readonly unreadable?: string;
}

type NodeProto = NonNullable<ModelProto['graph']>['node'][number];

/** The model as an object, for those who change it further. */
export function toOnnxModel(given: Graph, options: OnnxOptions = {}): ModelProto {
  const graph = separateOutputs(given);
  const { names, nodes } = nameValues(graph, options);
  const nameOf = (value: Value | undefined): string => (value ? names.get(value)! : '');
  const written = nodes.map((node) => nodeProto(node, nameOf));
  const constants = new Map<string, Value>();
  for (const [value, name] of names) if (value.constant && !constants.has(name)) constants.set(name, value);
  return create(ModelProtoSchema, {
    irVersion,
    producerName: options.producer ?? 'mdpd',
    opsetImport: [
      { domain: '', version: opset },
      ...(nodes.some(({ domain }) => domain !== '') ? [{ domain: 'com.microsoft', version: 1n }] : []),
    ],
    graph: {
      name: 'main',
      node: [...(options.unreadable ? [emptySequence(options.unreadable)] : []), ...written],
      initializer: [...constants].map(([name, value]) => tensorProto(value, name)),
      input: [
        ...graph.inputs.map(({ name, value }) => valueInfo(name, value, options)),
        // An initializer that is an input as well could be another one at every run.
        ...(options.hideShapes ? [...new Set(reshapeTargets(nodes).map(nameOf))] : []).map((name) =>
          valueInfo(name, constants.get(name)!, options),
        ),
      ],
      output: [
        ...(options.unreadable ? [sequenceInfo(options.unreadable)] : []),
        ...graph.outputs.map(({ name, value }) => valueInfo(name, value, options)),
      ],
    },
  });
}

/** The bytes of the model file. */
export const toOnnx = (graph: Graph, options?: OnnxOptions): Uint8Array =>
  toBinary(ModelProtoSchema, toOnnxModel(graph, options));

/** Bytes of constants that are written once however often they occur: shapes, axes, scalars. */
const smallConstant = 1024;

/** Inputs and outputs keep their names; small constants that are equal have one. */
function nameValues(
  graph: Graph,
  { constantNames, file }: OnnxOptions,
): { names: Map<Value, string>; nodes: readonly Node[] } {
  const names = new Map<Value, string>(graph.inputs.map(({ name, value }) => [value, name]));
  for (const { name, value } of graph.outputs) names.set(value, name);
  const nodes = file ?? graph.nodes;
  const equal = new Map<string, string>();
  let count = 0;
  const nameFor = (value: Value): string => {
    const given = constantNames?.get(value);
    if (given !== undefined) return given;
    const key = value.constant && bytesOf(value) <= smallConstant ? constantKey(value) : undefined;
    const name = (key && equal.get(key)) ?? `${value.constant ? 'c' : 'v'}${count++}`;
    if (key !== undefined) equal.set(key, name);
    return name;
  };
  for (const { inputs, outputs } of nodes) {
    for (const value of [...inputs, ...outputs])
      if (value && !names.has(value)) names.set(value, nameFor(value));
  }
  return { names, nodes };
}

const reshapeTargets = (nodes: readonly Node[]): Value[] => [
  ...new Set(
    nodes.filter(({ op, inputs }) => op === 'Reshape' && inputs[1]?.constant).map(({ inputs }) => inputs[1]!),
  ),
];

function nodeProto(
  { op, domain, inputs, outputs, attributes }: Node,
  nameOf: (value: Value | undefined) => string,
): NodeProto {
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

const emptySequence = (name: string): NodeProto =>
  ({ name, opType: 'SequenceEmpty', domain: '', input: [], output: [name], attribute: [] }) as never;

function sequenceInfo(name: string): object {
  const element = { value: { case: 'tensorType', value: { elemType: types.float32, shape: { dim: [] } } } };
  return { name, type: { value: { case: 'sequenceType', value: { elemType: element } } } };
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

function valueInfo(name: string, { dtype, shape }: Value, { shapes, hideShapes }: OnnxOptions): object {
  const elemType = types[dtype];
  if (hideShapes) return { name, type: { value: { case: 'tensorType', value: { elemType } } } };
  const dimensions = (shapes?.[name] ?? shape).map((length) =>
    typeof length === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(length) } }
      : { value: { case: 'dimParam' as const, value: length } },
  );
  return {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: { dim: dimensions } } } },
  };
}
