/** Kernels that move, cut, join and repeat. */
import * as tf from '@tensorflow/tfjs-core';
import {
  constant,
  equalShapes,
  fill,
  integers,
  sizeOf,
  type ConstantData,
  type DType,
  type Value,
} from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { scalar } from './elementwise.ts';
import { registerOps, type Emitter } from './registry.ts';

export function reshape(b: GraphBuilder, x: Value, shape: readonly number[]): Value {
  if (equalShapes(x.shape, shape)) return x;
  if (x.constant?.kind === 'fill') return fill(shape, x.constant.value, x.dtype);
  if (x.constant?.kind === 'data') return constant(x.constant.data, shape, x.dtype);
  return b.node('Reshape', [x, integers(shape)], shape, x.dtype);
}

export function transpose(b: GraphBuilder, x: Value, permutation: readonly number[]): Value {
  if (permutation.every((from, to) => from === to)) return x;
  const shape = permutation.map((axis) => x.shape[axis]!);
  return b.node('Transpose', [x], shape, x.dtype, { perm: { ints: permutation } });
}

export function expand(b: GraphBuilder, x: Value, shape: readonly number[]): Value {
  if (equalShapes(x.shape, shape)) return x;
  if (x.constant?.kind === 'fill') return fill(shape, x.constant.value, x.dtype);
  return b.node('Expand', [x, integers(shape)], shape, x.dtype);
}

export function slice(b: GraphBuilder, x: Value, begin: readonly number[], size: readonly number[]): Value {
  if (equalShapes(x.shape, size)) return x;
  const axes = size.map((_, axis) => axis).filter((axis) => size[axis] !== x.shape[axis]);
  const at = (numbers: readonly number[]): Value => integers(axes.map((axis) => numbers[axis]!));
  const end = begin.map((start, axis) => start + size[axis]!);
  return b.node('Slice', [x, at(begin), at(end), integers(axes)], size, x.dtype);
}

function concat(b: GraphBuilder, parts: readonly Value[], axis: number): Value {
  const filled = parts.filter(({ shape }) => sizeOf(shape) > 0);
  if (filled.length === 0) return parts[0]!;
  if (filled.length === 1) return filled[0]!;
  const shape = [...filled[0]!.shape];
  shape[axis] = filled.reduce((length, part) => length + part.shape[axis]!, 0);
  return b.node('Concat', filled, shape, filled[0]!.dtype, { axis: { int: axis } });
}

const axisOf = (axis: unknown, rank: number): number => ((axis as number) < 0 ? rank : 0) + (axis as number);

function split(b: GraphBuilder, x: Value, sizes: readonly number[], axis: number): readonly Value[] {
  if (sizes.length === 1) return [x];
  const outputs = sizes.map((size) => ({
    shape: x.shape.map((length, index) => (index === axis ? size : length)),
    dtype: x.dtype,
  }));
  return b.nodeOf('Split', [x, integers(sizes)], outputs, { axis: { int: axis } });
}

const expandDims: Emitter = (b, { input }, { dim }) => {
  const shape = [...input!.shape];
  shape.splice(axisOf(dim, shape.length + 1), 0, 1);
  return reshape(b, input!, shape);
};

const strided: Emitter = (b, { x }, attributes) => {
  const a = attributes as unknown as tf.StridedSliceAttrs;
  const info = tf.slice_util.sliceInfo(
    [...x!.shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
  const lengths = info.begin.map((begin, axis) =>
    Math.max(0, Math.ceil((info.end[axis]! - begin) / info.strides[axis]!)),
  );
  // −1 as the end of a backward stride means "before the first": in ONNX that is a number below every index.
  const ends = info.end.map((end, axis) => (info.strides[axis]! < 0 && end < 0 ? -(2 ** 31) : end));
  const axes = info.begin.map((_, axis) => axis);
  const operands = [info.begin, ends, axes, info.strides].map(integers);
  return reshape(b, b.node('Slice', [x!, ...operands], lengths, x!.dtype), info.finalShape);
};

const pack: Emitter = (b, inputs, { axis }) => {
  const parts = Object.values(inputs);
  const at = axisOf(axis, parts[0]!.shape.length + 1);
  const shape = [...parts[0]!.shape];
  shape.splice(at, 0, 1);
  return concat(
    b,
    parts.map((part) => reshape(b, part, shape)),
    at,
  );
};

const unpack: Emitter = (b, { value }, { axis }) => {
  const at = axisOf(axis, value!.shape.length);
  const shape = value!.shape.filter((_, index) => index !== at);
  const ones = Array.from({ length: value!.shape[at]! }, () => 1);
  return split(b, value!, ones, at).map((part) => reshape(b, part, shape));
};

/** Repeating along an axis of length 1 is a broadcast, which the consumer can often do without a copy. */
const tile: Emitter = (b, { x }, { reps }) => {
  const times = reps as number[];
  const shape = x!.shape.map((length, axis) => length * times[axis]!);
  if (x!.shape.every((length, axis) => length === 1 || times[axis] === 1)) return expand(b, x!, shape);
  return b.node('Tile', [x!, integers(times)], shape, x!.dtype);
};

const pad: Emitter = (b, { x }, { paddings, constantValue }) => {
  const pairs = paddings as [number, number][];
  const shape = x!.shape.map((length, axis) => length + pairs[axis]![0] + pairs[axis]![1]);
  const amounts = integers([...pairs.map(([before]) => before), ...pairs.map(([, after]) => after)]);
  return b.node('Pad', [x!, amounts, scalar(constantValue as number, x!.dtype)], shape, x!.dtype);
};

const reverse: Emitter = (b, { x }, { dims }) => {
  const axes = tf.util.parseAxisParam(dims as number | number[], [...x!.shape]);
  if (axes.length === 0) return x!;
  const all = (value: number): Value => integers(axes.map(() => value));
  return b.node('Slice', [x!, all(-1), all(-(2 ** 31)), integers(axes), all(-1)], x!.shape, x!.dtype);
};

const range: Emitter = (_b, _inputs, { start, stop, step, dtype }) => {
  const [from, to, by] = [start, stop, step] as [number, number, number];
  const length = Math.max(0, Math.ceil((to - from) / by));
  const numbers = Array.from({ length }, (_, index) => from + index * by);
  const type = (dtype as DType | undefined) ?? 'float32';
  const data: ConstantData = type === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers);
  return constant(data, [length], type);
};

registerOps({
  Reshape: (b, { x }, { shape }) =>
    reshape(b, x!, tf.util.inferFromImplicitShape(shape as number[], sizeOf(x!.shape))),
  ExpandDims: expandDims,
  Transpose: (b, { x }, { perm }) => transpose(b, x!, perm as number[]),
  Slice: (b, { x }, { begin, size }) => {
    const [start, lengths] = tf.slice_util.parseSliceParams(
      { shape: x!.shape } as tf.Tensor,
      begin as number[],
      size as number[],
    );
    return slice(b, x!, start!, lengths!);
  },
  StridedSlice: strided,
  Concat: (b, inputs, { axis }) => {
    const parts = Object.values(inputs);
    return concat(b, parts, axisOf(axis, parts[0]!.shape.length));
  },
  SplitV: (b, { x }, { numOrSizeSplits, axis }) => {
    const at = axisOf(axis, x!.shape.length);
    const sizes = tf.backend_util.prepareSplitSize(
      { shape: x!.shape } as tf.Tensor,
      numOrSizeSplits as number | number[],
      at,
    );
    return split(b, x!, sizes, at);
  },
  Pack: pack,
  Unpack: unpack,
  Tile: tile,
  PadV2: pad,
  Reverse: reverse,
  Fill: (_b, _inputs, { shape, value, dtype }) =>
    fill(shape as number[], value as number, (dtype as DType | undefined) ?? 'float32'),
  ZerosLike: (_b, { x }) => fill(x!.shape, 0, x!.dtype),
  OnesLike: (_b, { x }) => fill(x!.shape, 1, x!.dtype),
  Range: range,
});
