/** Traces a model's forward function into a graph of any batch size and any number of tokens. */
import * as tf from '@tensorflow/tfjs-core';
import { MdpdError, type HostRecord } from '@mdpd/core';
import { createValue, type DType, type Graph, type Node, type Port, type Value } from '../graph.ts';
import { cast } from '../ops/elementwise.ts';
import { GraphBuilder } from '../graph-builder.ts';
import { optimize } from '../optimize.ts';
import { inputName, outputName, trace } from '../trace.ts';
import { traceBackend } from '../trace-backend.ts';
import { dynamicSizes } from './dynamic-sizes.ts';
import {
  dynamicSizesOf,
  inputShapes,
  type DynamicSize,
  type ExportableModel,
  type ModelGraph,
} from './exportable-model.ts';
import { standardOperators } from './standard-operators.ts';

/**
 * The graph of `forward` in standard operators, with the parameters that it reads as constants. Inputs that are whole
 * numbers or truth values are int64, as in Hugging Face's files.
 *
 * @throws EXPORT_BATCH or EXPORT_TOKENS where it cannot be of any size, EXPORT_CAPTURE where it reads tensors that it was
 *   not given, and what `trace` throws
 */
export function modelGraph(model: ExportableModel): ModelGraph {
  const sizes = dynamicSizesOf(model);
  const [first, second] = [0, 1].map((which) => ({
    sizes: sizes.map(({ examples }) => examples[which]!),
    graph: sizedGraph(model, sizes, which),
  }));
  const named = sizes.map((size) => ({ ...size, input: inputName(`1.${size.input}`) }));
  const { graph, outputs } = dynamicSizes(named, first!, second!);
  const wide = withWideInputs(standardOperators(graph));
  return { ...withParameters(wide, model.parameters), shapes: { ...inputShapes(model), ...outputs } };
}

/** The graph for the examples of sizes in one place. Parameters are inputs, so that no pass changes or merges them. */
function sizedGraph(model: ExportableModel, sizes: readonly DynamicSize[], which: number): Graph {
  const { forward, parameters, inputs } = model;
  const lengthOf = new Map(sizes.map(({ axisName, examples }) => [axisName, examples[which]!]));
  const shapes = inputShapes(model);
  const params = mapValues(parameters, ({ shape, dtype }) => standIn(shape, dtype));
  const input = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype }]) => {
      const lengths = shapes[name]!.map((length) =>
        typeof length === 'number' ? length : lengthOf.get(length)!,
      );
      return [name, standIn(lengths, dtype)] as const;
    }),
  );
  try {
    const { graph, captures } = trace(forward, [params, input]);
    if (captures.length > 0) throw captureError();
    const outputs = graph.outputs.map(({ name, value }) => ({
      name: name.slice(outputName('').length),
      value,
    }));
    return optimize({ ...graph, outputs }, { attention: false });
  } finally {
    tf.dispose([params, input]);
  }
}

/** A tensor that lends its shape and type. */
const standIn = (shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): tf.Tensor =>
  traceBackend().adopt(
    { read: () => Promise.reject(captureError()), release: () => undefined },
    shape,
    dtype,
  );

const mapValues = <T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

function captureError(): MdpdError {
  return new MdpdError(
    'EXPORT_CAPTURE',
    'the forward function reads a tensor that is not one of its arguments',
    {
      fix: 'give it among the parameters: then it is saved under its name',
    },
  );
}

/** Inputs with names of their own; int64 in the place of int32 and bool. */
function withWideInputs(graph: Graph): Graph {
  const builder = new GraphBuilder();
  const narrow = new Map<Value, Value>();
  const inputs = graph.inputs.map(({ name, value }): Port => {
    const own = name.startsWith(inputName('1.')) ? name.slice(inputName('1.').length) : name;
    if (own === name || value.dtype === 'float32') return { name: own, value };
    const wide = createValue(value.shape, 'int64');
    narrow.set(value, cast(builder, wide, value.dtype));
    return { name: own, value: wide };
  });
  return { ...graph, inputs, nodes: [...builder.nodes, ...replaceInputs(graph.nodes, narrow)] };
}

/** Parameters as constants under their names, as far as they are read. */
function withParameters(graph: Graph, parameters: HostRecord): Omit<ModelGraph, 'shapes'> {
  const prefix = inputName('0.');
  const constants = new Map<Value, Value>();
  const parameterNames = new Map<Value, string>();
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  for (const { name, value } of graph.inputs) {
    if (!name.startsWith(prefix) || !read.has(value)) continue;
    const own = name.slice(prefix.length);
    const { data, shape, dtype } = parameters[own]!;
    const constant = createValue(shape, dtype as DType, { kind: 'data', data });
    constants.set(value, constant);
    parameterNames.set(constant, own);
  }
  const inputs = graph.inputs.filter(({ name }) => !name.startsWith(prefix));
  return { graph: { ...graph, inputs, nodes: replaceInputs(graph.nodes, constants) }, parameterNames };
}

const replaceInputs = (nodes: readonly Node[], by: ReadonlyMap<Value, Value>): Node[] =>
  nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => input && (by.get(input) ?? input)) }));
