/** What an ONNX file holds, read back: for tests. */
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, type ValueInfoProto } from 'onnx-buf';

export interface ModelFile {
  readonly initializers: readonly string[];
  /** Operators; those that are not of ONNX itself with their domain. */
  readonly operators: ReadonlySet<string>;
  /** Names with their lengths; named axes as text. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly opset: number;
}

export function readModelFile(bytes: Uint8Array): ModelFile {
  const { graph, opsetImport } = fromBinary(ModelProtoSchema, bytes);
  const { node, initializer, input, output } = graph!;
  return {
    initializers: initializer.map(({ name }) => name),
    operators: new Set(node.map(({ domain, opType }) => (domain === '' ? opType : `${domain}.${opType}`))),
    inputs: Object.fromEntries(input.map(described)),
    outputs: Object.fromEntries(output.map(described)),
    opset: Number(opsetImport.find(({ domain }) => domain === '')!.version),
  };
}

function described({ name, type }: ValueInfoProto): [string, (number | string)[]] {
  const tensor = type!.value;
  if (tensor.case !== 'tensorType') throw new Error(`${name} is no tensor`);
  return [
    name,
    tensor.value.shape!.dim.map(({ value }) =>
      value.case === 'dimParam' ? value.value : Number(value.value),
    ),
  ];
}
