/** Records what a tfjs function does as a graph. */
import * as tf from '@tensorflow/tfjs-core';
import '@mdpd/tensor/setup';
import { deepStacks } from './call-site.ts';
import { createValue, type DType, type Graph, type Port, type Value } from './graph.ts';
import { backendName } from './ops/registry.ts';
import { asynchronousError, explained } from './trace-errors.ts';
import { traceBackend, type Stored, type Trace } from './trace-backend.ts';
import { leavesOf, mapTree, type Leaf } from './tensor-tree.ts';

export interface Traced {
  /** Inputs `in.<path>`, then `captured.<n>`; outputs `out.<path>`. */
  readonly graph: Graph;
  /** What the inputs `captured.<n>` read. */
  readonly captures: readonly Stored[];
  /** The function's result, with tensors by the names of graph outputs. */
  readonly result: (tensorOf: (name: string) => tf.Tensor) => unknown;
}

export const inputName = (path: string): string => `in.${path}`;
export const outputName = (path: string): string => `out.${path}`;

/**
 * Runs `fn` once on stand-ins for `args` and records every kernel. The tensors in `args` lend only their shapes and
 * types; other tensors that `fn` reads become constants, or inputs where their values live in an executor.
 *
 * @throws COMPILE_READ where `fn` reads values, COMPILE_OP for a kernel without a registered operator, COMPILE_ASYNC,
 *   COMPILE_NESTED, COMPILE_ESCAPED, COMPILE_OUTSIDE, COMPILE_TYPE
 */
export function trace<const Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
  args: Args,
): Traced {
  const backend = traceBackend();
  const before = tf.getBackend();
  void tf.setBackend(backendName);
  try {
    return deepStacks(() => backend.record((recording) => recordCall(fn, args, recording)));
  } catch (error) {
    throw explained(error);
  } finally {
    if (before) void tf.setBackend(before);
  }
}

function recordCall<Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
  args: Args,
  recording: Trace,
): Traced {
  const backend = traceBackend();
  const engine = tf.engine();
  const inputs: Port[] = [];
  engine.startScope('trace');
  try {
    const standIn = (tensor: tf.Tensor, path: string): tf.Tensor => {
      const value = createValue(tensor.shape, tensor.dtype as DType);
      inputs.push({ name: inputName(path), value });
      return backend.tensorOf(value);
    };
    const result = fn(...(mapTree([...args], standIn) as unknown as Args));
    if (result instanceof Promise) {
      // What it does later fails, of course, and nobody waits for it.
      result.catch(() => undefined);
      throw asynchronousError();
    }
    const outputs = leavesOf(result).map((leaf) => outputPort(leaf, backend.resolve(leaf.tensor)));
    const captures = [...recording.captures.values()];
    const captured = captures.map(({ value }, index) => ({ name: `captured.${index}`, value }));
    return {
      graph: { inputs: [...inputs, ...captured], nodes: recording.builder.nodes, outputs },
      captures: captures.map(({ stored }) => stored),
      result: resultMaker(result),
    };
  } finally {
    engine.endScope();
  }
}

class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Keeps the form of the result, without its tensors. */
function resultMaker(result: unknown): Traced['result'] {
  const form = mapTree(result, (_tensor, path) => new Placeholder(outputName(path)));
  const fillIn = (part: unknown, tensorOf: (name: string) => tf.Tensor): unknown => {
    if (part instanceof Placeholder) return tensorOf(part.name);
    if (Array.isArray(part)) return part.map((inner) => fillIn(inner, tensorOf));
    if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, fillIn(inner, tensorOf)]));
  };
  return (tensorOf) => fillIn(form, tensorOf);
}

const outputPort = ({ path }: Leaf, value: Value): Port => ({ name: outputName(path), value });
