/** What a step will need, from its graph alone: nothing is computed, and no tensor has values. */
import type * as tf from '@tensorflow/tfjs-core';
import type { PrepareOptions } from '@mdpd/core';
import { arenaBytes } from './arena.ts';
import { sizeOf, type Attribute, type Graph, type Node } from './graph.ts';
import { scheduleStep } from './graph-plan.ts';
import { bytesOf, viewOps } from './lifetimes.ts';
import { traceBackend } from './trace-backend.ts';

export interface Forecast {
  /** Bytes that the runtime's arena takes for intermediate values. */
  readonly arenaBytes: number;
  /** Bytes of results that get buffers of their own: those that are not written over what they replace. */
  readonly resultBytes: number;
  /** What the runtime holds for a graph grows with them. */
  readonly nodes: number;
  /** Operations of matrix products, two a multiplication. */
  readonly flops: number;
  /** Bytes that all other nodes read and write. */
  readonly movedBytes: number;
}

/** A tensor that has a shape and no values; whoever reads it is a mistake. */
export function shapeOnly(shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): tf.Tensor {
  const read = (): never => {
    throw new Error('a tensor without values was read');
  };
  return traceBackend().adopt({ read, release: () => {} }, shape, dtype);
}

/** Traces `fn` and plans its run on the processor. Throws what `trace` throws. */
export function forecast<const Args extends readonly unknown[]>(
  fn: (...args: Args) => unknown,
  args: Args,
  donate?: PrepareOptions['donate'],
): Forecast {
  const job = { fn: fn as (...args: readonly unknown[]) => unknown, args, donate };
  const { graph, replaced } = scheduleStep({ ...job, settings: { provider: 'cpu' } });
  const added = graph.outputs.filter(({ name }) => !replaced.has(name));
  return {
    arenaBytes: arenaBytes(graph),
    nodes: graph.nodes.length,
    resultBytes: added.reduce((sum, { value }) => sum + bytesOf(value), 0),
    ...workOf(graph),
  };
}

function workOf({ nodes }: Graph): Pick<Forecast, 'flops' | 'movedBytes'> {
  let [flops, movedBytes] = [0, 0];
  for (const node of nodes) {
    const own = flopsOf(node);
    flops += own;
    if (own === 0 && !viewOps.has(node.op)) movedBytes += bytesAround(node);
  }
  return { flops, movedBytes };
}

/** Of a node that multiplies matrices; 0 for others. */
export function flopsOf({ op, inputs, outputs, attributes }: Node): number {
  const first = inputs[0]?.shape ?? [];
  const result = sizeOf(outputs[0]!.shape);
  switch (op) {
    case 'MatMul':
    case 'FusedMatMul':
    case 'Gemm':
      return 2 * first.at(isOne(attributes['transA']) ? -2 : -1)! * result;
    case 'MultiHeadAttention':
      // [B, N, D] by [B, M, D]: weights, then their sums of values.
      return 4 * result * inputs[1]!.shape[1]!;
    case 'Conv':
      return 2 * sizeOf(inputs[1]!.shape.slice(1)) * result;
    default:
      return 0;
  }
}

const isOne = (attribute: Attribute | undefined): boolean =>
  attribute !== undefined && 'int' in attribute && attribute.int === 1;

function bytesAround({ inputs, outputs }: Node): number {
  return [...inputs, ...outputs].reduce((sum, value) => sum + (value ? bytesOf(value) : 0), 0);
}
