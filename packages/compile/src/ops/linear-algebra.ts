/** Kernels that multiply matrices, look up rows, and the soft-max. */
import * as tf from '@tensorflow/tfjs-core';
import { broadcastShapes, constant, fill, integers, sizeOf, type DType, type Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { cast, clipped, elementwise, float, scalar } from './elementwise.ts';
import { registerOps, type Emitter } from './registry.ts';
import { expand, reshape, transpose } from './shape.ts';

/** Domain of ONNX Runtime's own operators. */
export const contributed = 'com.microsoft';

export function matMul(b: GraphBuilder, x: Value, y: Value, transposeX: boolean, transposeY: boolean): Value {
  const rows = x.shape.at(transposeX ? -1 : -2)!;
  const columns = y.shape.at(transposeY ? -2 : -1)!;
  const shape = [...broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2)), rows, columns];
  if (!transposeX && !transposeY) return b.node('MatMul', [x, y], shape, 'float32');
  const attributes = { transA: { int: Number(transposeX) }, transB: { int: Number(transposeY) } };
  return b.node('FusedMatMul', [x, y], shape, 'float32', attributes, contributed);
}

const activations: Readonly<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  elu: 'Elu',
  tanh: 'Tanh',
};

const fusedMatMul: Emitter = (b, { a, b: other, bias, preluActivationWeights }, attributes) => {
  const { transposeA, transposeB, activation, leakyreluAlpha } = attributes;
  let value = matMul(b, a!, other!, transposeA === true, transposeB === true);
  if (bias) value = elementwise(b, 'Add', [value, bias]);
  if (!activation || activation === 'linear') return value;
  if (activation === 'relu6') return clipped(b, value, 0, 6);
  if (activation === 'prelu') return elementwise(b, 'PRelu', [value, preluActivationWeights!]);
  if (activation === 'leakyrelu') {
    return elementwise(b, 'LeakyRelu', [value], 'float32', { alpha: { float: leakyreluAlpha as number } });
  }
  const op = activations[activation as string];
  if (op === undefined) throw new Error(`matMul with the activation ${String(activation)} is not supported`);
  return elementwise(b, op, [value]);
};

const gather: Emitter = (b, { x, indices }, { axis, batchDims }) => {
  const at = tf.util.parseAxisParam((axis as number | undefined) ?? 0, [...x!.shape])[0]!;
  if (batchDims) return gatherByBatch(b, x!, indices!, at, batchDims as number);
  const shape = [...x!.shape.slice(0, at), ...indices!.shape, ...x!.shape.slice(at + 1)];
  return b.node('Gather', [x!, cast(b, indices!, 'int32')], shape, x!.dtype, { axis: { int: at } });
};

/** Looks up along `axis` with indices of their own for every element of the first `batch` axes. */
function gatherByBatch(b: GraphBuilder, x: Value, indices: Value, axis: number, batch: number): Value {
  // [batch, axis, between, after], which is what GatherND reads, and back.
  const { shape } = x;
  const axes = shape.map((_, index) => index);
  const moved = transpose(b, x, [
    ...axes.slice(0, batch),
    axis,
    ...axes.slice(batch, axis),
    ...axes.slice(axis + 1),
  ]);
  const chosen = b.node(
    'GatherND',
    [moved, cast(b, reshape(b, indices, [...indices.shape, 1]), 'int64')],
    [...indices.shape, ...moved.shape.slice(batch + 1)],
    x.dtype,
    { batch_dims: { int: batch } },
  );
  const more = indices.shape.length - batch;
  const between = axis - batch;
  const found = chosen.shape.map((_, index) => index);
  return transpose(b, chosen, [
    ...found.slice(0, batch),
    ...found.slice(batch + more, batch + more + between),
    ...found.slice(batch, batch + more),
    ...found.slice(batch + more + between),
  ]);
}

/**
 * The gradient of a look-up. As in tfjs, rows whose segment is out of range count nowhere. `ScatterND` would be faster,
 * but its threads add up in an order of their own: other last digits at every run.
 */
const segmentSum: Emitter = (b, { x, segmentIds }, { numSegments }) => {
  const segments = numSegments as number;
  const shape = [segments, ...x!.shape.slice(segmentIds!.shape.length)];
  const rows = sizeOf(segmentIds!.shape);
  const width = sizeOf(shape.slice(1));
  const ids = reshape(b, segmentIds!, [rows, 1]);
  const last = scalar(segments - 1, 'int32');
  const inside = elementwise(b, 'Min', [elementwise(b, 'Max', [ids, scalar(0, 'int32')]), last]);
  const isInside = elementwise(b, 'Equal', [ids, inside], 'bool');
  const values = reshape(b, x!, [rows, width]);
  const counted = elementwise(b, 'Where', [isInside, values, scalar(0, x!.dtype)], x!.dtype);
  // Made when it runs: a vocabulary's table of zeros would be the largest part of the file.
  const table = [segments, width];
  const zeros = cast(b, b.node('ConstantOfShape', [integers(table)], table, 'float32'), x!.dtype);
  const everywhere = expand(b, cast(b, inside, 'int64'), [rows, width]);
  const sums = b.node('ScatterElements', [zeros, everywhere, counted], table, x!.dtype, {
    axis: { int: 0 },
    reduction: { text: 'add' },
  });
  return reshape(b, sums, shape);
};

/** By comparison: ONNX's own operator counts negative indices from the end, in tfjs they are nowhere hot. */
const oneHot: Emitter = (b, { indices }, attributes) => {
  const { depth, onValue, offValue } = attributes as Readonly<Record<string, number>>;
  const dtype = ((attributes['dtype'] as DType | undefined) ?? 'int32') as DType;
  const positions = constant(
    Int32Array.from({ length: depth! }, (_, index) => index),
    [depth!],
    'int32',
  );
  const column = reshape(b, cast(b, indices!, 'int32'), [...indices!.shape, 1]);
  const isHot = elementwise(b, 'Equal', [column, positions], 'bool');
  return elementwise(b, 'Where', [isHot, scalar(onValue!, dtype), scalar(offValue!, dtype)], dtype);
};

const einsum: Emitter = (b, inputs, { equation }) => {
  const operands = Object.values(inputs);
  const [left, right] = (equation as string).replaceAll(' ', '').split('->') as [string, string];
  const lengths = new Map<string, number>();
  left.split(',').forEach((letters, index) => {
    [...letters].forEach((letter, axis) => lengths.set(letter, operands[index]!.shape[axis]!));
  });
  const shape = [...right].map((letter) => lengths.get(letter)!);
  return b.node('Einsum', operands, shape, operands[0]!.dtype, { equation: { text: `${left}->${right}` } });
};

const cumulativeSum: Emitter = (b, { x }, { axis, exclusive, reverse }) =>
  b.node('CumSum', [x!, fill([], axis as number, 'int32')], x!.shape, x!.dtype, {
    exclusive: { int: Number(exclusive) },
    reverse: { int: Number(reverse) },
  });

registerOps({
  BatchMatMul: (b, { a, b: other }, { transposeA, transposeB }) =>
    matMul(b, a!, other!, transposeA === true, transposeB === true),
  _FusedMatMul: fusedMatMul,
  Softmax: (b, { logits }, { dim }) =>
    b.node('Softmax', [float(b, logits!)], logits!.shape, 'float32', { axis: { int: dim as number } }),
  GatherV2: gather,
  UnsortedSegmentSum: segmentSum,
  OneHot: oneHot,
  Einsum: einsum,
  Cumsum: cumulativeSum,
});
