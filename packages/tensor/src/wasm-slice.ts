/**
 * Slices for tfjs's WebAssembly backend that copy only what they return. The stock kernels copy the whole tensor out of
 * the heap first, for every slice: splitting a tensor into n parts costs n copies of all of it.
 */
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from './host.ts';
import type { WasmKernel } from './wasm-kernels.ts';

type Backend = Parameters<WasmKernel>[0]['backend'];

interface Box {
  readonly begin: readonly number[];
  readonly size: readonly number[];
}

/** Offsets in the source of the runs of `run` neighbouring values that make up the box, in order. */
function runs(shape: readonly number[], { begin, size }: Box): { offsets: number[]; run: number } {
  let partial = shape.length;
  while (partial > 0 && size[partial - 1] === shape[partial - 1]) partial--;
  const inner = sizeOf(shape.slice(partial));
  if (partial === 0) return { offsets: [0], run: inner };
  const axis = partial - 1;
  let offsets = [begin[axis]! * inner];
  let stride = inner * shape[axis]!;
  for (let outer = axis - 1; outer >= 0; outer--) {
    const [first, count, step] = [begin[outer]!, size[outer]!, stride];
    offsets = Array.from({ length: count }, (_, i) => (first + i) * step).flatMap((base) =>
      offsets.map((offset) => base + offset),
    );
    stride *= shape[outer]!;
  }
  return { offsets, run: size[axis]! * inner };
}

function copyBox(backend: Backend, x: tf.TensorInfo, box: Box, outShape: readonly number[]): tf.TensorInfo {
  const out = backend.makeOutput([...outShape], x.dtype);
  const { offsets, run } = runs(x.shape, box);
  const source = backend.typedArrayFromHeap(x);
  const target = backend.typedArrayFromHeap(out);
  if (target.length > 0) {
    offsets.forEach((offset, i) => target.set(source.subarray(offset, offset + run), i * run));
  }
  return out;
}

export const slice: WasmKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const asked = attrs as unknown as { begin: number | number[]; size: number | number[] };
  const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, asked.begin, asked.size) as [
    number[],
    number[],
  ];
  return copyBox(backend, x, { begin, size }, size);
};

/** Consecutive parts along an axis; `outShape` gives the shape of a part from the shape of its box. */
function parts(
  backend: Backend,
  x: tf.TensorInfo,
  axis: number,
  lengths: readonly number[],
  outShape: (size: readonly number[]) => readonly number[],
): tf.TensorInfo[] {
  let first = 0;
  return lengths.map((length) => {
    const begin = x.shape.map((_, at) => (at === axis ? first : 0));
    const size = x.shape.map((whole, at) => (at === axis ? length : whole));
    first += length;
    return copyBox(backend, x, { begin, size }, outShape(size));
  });
}

export const splitV: WasmKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['x']!;
  const asked = attrs as unknown as { numOrSizeSplits: number | number[]; axis: number };
  const axis = tf.util.parseAxisParam(asked.axis, x.shape)[0]!;
  const lengths = tf.backend_util.prepareSplitSize(x as tf.Tensor, asked.numOrSizeSplits, axis);
  return parts(backend, x, axis, lengths, (size) => size);
};

export const unpack: WasmKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['value']!;
  const axis = (attrs as unknown as { axis: number }).axis;
  const at = axis < 0 ? axis + x.shape.length : axis;
  const ones = Array<number>(x.shape[at]!).fill(1);
  return parts(backend, x, at, ones, (size) => size.filter((_, i) => i !== at));
};
