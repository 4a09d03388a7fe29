/** Writes a model graph as the bytes of an ONNX file. */
import { MdpdError } from '@mdpd/core';
import { toOnnx } from '../to-onnx.ts';
import { bytesPerElement, constantData, sizeOf, type Graph, type Value } from '../graph.ts';
import type { ModelGraph } from './exportable-model.ts';

/** Protocol buffers end at 2 GB; what is not weights needs room as well. */
const maximumBytes = 2 ** 31 - 2 ** 24;

/**
 * Parameters are initializers under their names, other constants (shapes, factors) are `helper.<n>`. Equal models give
 * equal bytes.
 *
 * @throws EXPORT_SIZE where the weights are too much for one file
 */
export function writeModel({ graph, parameterNames, shapes }: ModelGraph): Uint8Array {
  const merged = mergeHelpers(graph, parameterNames);
  const constants = constantsOf(merged);
  checkSize(constants);
  const helpers = constants.filter((value) => !parameterNames.has(value));
  const names = [...parameterNames, ...helpers.map((value, index) => [value, `helper.${index}`] as const)];
  return toOnnx(merged, { shapes, constantNames: new Map(names) });
}

/** Equal helpers become one, so that a name stands for one thing. */
function mergeHelpers(graph: Graph, parameterNames: ReadonlyMap<Value, string>): Graph {
  const known = new Map<string, Value>();
  const only = (value: Value): Value => {
    if (!value.constant || parameterNames.has(value)) return value;
    const key = constantKey(value);
    const first = known.get(key) ?? value;
    known.set(key, first);
    return first;
  };
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((input) => input && only(input)),
  }));
  return { ...graph, nodes };
}

/** Equal for constants that are the same. */
function constantKey(value: Value): string {
  const { constant, dtype, shape } = value;
  const numbers = constant?.kind === 'fill' ? [constant.value] : constantData(value);
  return `${dtype}[${shape.join(',')}]=${Array.from(numbers as ArrayLike<number>, String).join(',')}`;
}

const constantsOf = ({ nodes }: Graph): Value[] => [
  ...new Set(nodes.flatMap(({ inputs }) => inputs.filter((input): input is Value => !!input?.constant))),
];

function checkSize(constants: readonly Value[]): void {
  const bytes = constants.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * bytesPerElement(dtype), 0);
  if (bytes <= maximumBytes) return;
  throw new MdpdError('EXPORT_SIZE', `the weights have ${bytes} bytes: one ONNX file cannot hold them`, {
    allowed: `at most ${maximumBytes} bytes`,
  });
}
