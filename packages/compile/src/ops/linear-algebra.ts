/** Kernels that multiply matrices, look up rows, and the soft-max. */
import * as tf from '@tensorflow/tfjs-core';
import { broadcastShapes, createValue, fill, integers, sizeOf, type DType, type Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { cast, elementwise, float } from './elementwise.ts';
import { registerOps, type Emitter } from './registry.ts';
import { reshape } from './shape.ts';

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

const fusedMatMul: Emitter = (b, { a, b: other, bias }, { transposeA, transposeB, activation }) => {
  let value = matMul(b, a!, other!, transposeA === true, transposeB === true);
  if (bias) value = elementwise(b, 'Add', [value, bias]);
  if (!activation || activation === 'linear') return value;
  const op = activations[activation as string];
  if (op === undefined) throw new Error(`matMul with the activation ${String(activation)} is not supported`);
  return elementwise(b, op, [value]);
};

const gather: Emitter = (b, { x, indices }, { axis, batchDims }) => {
  if (batchDims) throw new Error('gather with batchDims is not supported');
  const at = tf.util.parseAxisParam((axis as number | undefined) ?? 0, [...x!.shape])[0]!;
  const shape = [...x!.shape.slice(0, at), ...indices!.shape, ...x!.shape.slice(at + 1)];
  return b.node('Gather', [x!, cast(b, indices!, 'int32')], shape, x!.dtype, { axis: { int: at } });
};

/** The gradient of a look-up. */
const segmentSum: Emitter = (b, { x, segmentIds }, { numSegments }) => {
  const shape = [numSegments as number, ...x!.shape.slice(segmentIds!.shape.length)];
  const rows = sizeOf(segmentIds!.shape);
  const ids = cast(b, reshape(b, segmentIds!, [rows, 1]), 'int64');
  const values = reshape(b, x!, [rows, ...shape.slice(1)]);
  return b.node('ScatterND', [fill(shape, 0, x!.dtype), ids, values], shape, x!.dtype, {
    reduction: { text: 'add' },
  });
};

const oneHot: Emitter = (b, { indices }, { depth, onValue, offValue, dtype }) => {
  const shape = [...indices!.shape, depth as number];
  const values = constantPair(offValue as number, onValue as number);
  const hot = b.node(
    'OneHot',
    [cast(b, indices!, 'int64'), integers([depth as number]), values],
    shape,
    'float32',
    {
      axis: { int: -1 },
    },
  );
  return cast(b, hot, ((dtype as DType | undefined) ?? 'int32') as DType);
};

const constantPair = (off: number, on: number): Value =>
  createValue([2], 'float32', { kind: 'data', data: Float32Array.of(off, on) });

const einsum: Emitter = (b, inputs, { equation }) => {
  const operands = Object.values(inputs);
  const [left, right] = (equation as string).replaceAll(' ', '').split('->') as [string, string];
  const lengths = new Map<string, number>();
  left.split(',').forEach((letters, index) => {
    [...letters].forEach((letter, axis) => lengths.set(letter, operands[index]!.shape[axis]!));
  });
  const shape = [...right].map((letter) => lengths.get(letter)!);
  return b.node('Einsum', operands, shape, 'float32', { equation: { text: `${left}->${right}` } });
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
