/** Kernels that sum up along axes. */
import * as tf from '@tensorflow/tfjs-core';
import { integers, type Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { cast, float } from './elementwise.ts';
import { registerOps, type Emitter, type KernelAttributes } from './registry.ts';
import { reshape } from './shape.ts';

export function reduce(
  b: GraphBuilder,
  op: string,
  x: Value,
  axis: number | number[] | undefined,
  keepDims: boolean,
): Value {
  const axes = tf.util.parseAxisParam(axis ?? x.shape.map((_, index) => index), [...x.shape]);
  const shape = x.shape
    .map((length, index) => (axes.includes(index) ? 1 : length))
    .filter((_, index) => keepDims || !axes.includes(index));
  if (axes.every((index) => x.shape[index] === 1)) return reshape(b, x, shape);
  return b.node(op, [x, integers(axes)], shape, x.dtype, { keepdims: { int: Number(keepDims) } });
}

const axesOf = ({ axis, reductionIndices }: KernelAttributes): number | number[] | undefined =>
  (reductionIndices ?? axis ?? undefined) as number | number[] | undefined;

const reduction =
  (op: string): Emitter =>
  (b, { x }, attributes) =>
    reduce(b, op, x!, axesOf(attributes), attributes['keepDims'] === true);

/** `All` and `Any` as the smallest and the largest of 0 and 1. */
const logical =
  (op: string): Emitter =>
  (b, { x }, attributes) => {
    const flags = cast(b, x!, 'int32');
    return cast(b, reduce(b, op, flags, axesOf(attributes), attributes['keepDims'] === true), 'bool');
  };

const extremeIndex =
  (op: string): Emitter =>
  (b, { x }, { axis }) => {
    const at = tf.util.parseAxisParam(axis as number, [...x!.shape])[0]!;
    const shape = x!.shape.filter((_, index) => index !== at);
    const index = b.node(op, [x!], shape, 'int64', { axis: { int: at }, keepdims: { int: 0 } });
    return cast(b, index, 'int32');
  };

registerOps({
  Sum: reduction('ReduceSum'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  Mean: (b, { x }, attributes) =>
    reduce(b, 'ReduceMean', float(b, x!), axesOf(attributes), attributes['keepDims'] === true),
  All: logical('ReduceMin'),
  Any: logical('ReduceMax'),
  ArgMax: extremeIndex('ArgMax'),
  ArgMin: extremeIndex('ArgMin'),
});
