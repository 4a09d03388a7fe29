/**
 * Kernels that replace or complete those of tfjs's WebAssembly backend for training.
 *
 * Letters: n batch of matrices, M rows, K inner, P columns.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TypedArray } from '@mdpd/core';
import { addRows } from './add-rows.ts';
import { sizeOf } from './host.ts';
import { smallProducts, type SmallProducts } from './wasm/small-products.ts';
import { slice, splitV, unpack } from './wasm-slice.ts';

/** A kernel as the backend's registry has it, with the types that tfjs leaves open. */
export type WasmKernel<Result = tf.TensorInfo | tf.TensorInfo[]> = (call: {
  readonly inputs: tf.NamedTensorInfoMap;
  readonly attrs: object;
  readonly backend: BackendWasm;
}) => Result;

type SingleKernel = WasmKernel<tf.TensorInfo>;

type NativeMatMul = (
  a: number,
  aShape: Uint8Array,
  aRank: number,
  b: number,
  bShape: Uint8Array,
  bRank: number,
  transposeA: boolean,
  transposeB: boolean,
  out: number,
) => void;

/**
 * Multiply-adds of one matrix product above which a batch runs as one optimised product a matrix: from there the
 * optimised operator is worth its set-up, even against our SIMD loop over small matrices.
 */
const LARGE_PRODUCT = 500_000;

/** Marks our kernel in tfjs's registry, which all copies of this module in a process share. */
const installed = Symbol.for('mdpd.tensor.kernel');

/** First of the three ids of the views below: apart from the backend's own, which count up from 0. */
const VIEW_ID = 2 ** 30;

const kernelOf = (name: string): SingleKernel =>
  tf.getKernel(name, 'wasm')!.kernelFunc as unknown as SingleKernel;

/** Registers a kernel, in place of the stock one where there is one. */
function register(kernelName: string, kernel: WasmKernel): void {
  const stock = tf.getKernel(kernelName, 'wasm');
  if (stock) tf.unregisterKernel(kernelName, 'wasm');
  const config: tf.KernelConfig & { [installed]: true } = {
    ...stock,
    kernelName,
    backendName: 'wasm',
    kernelFunc: kernel as unknown as tf.KernelFunc,
    [installed]: true,
  };
  tf.registerKernel(config);
}

const shapeBytes = (shape: readonly number[]): Uint8Array => new Uint8Array(Int32Array.from(shape).buffer);

const nativeByBackend = new WeakMap<BackendWasm, NativeMatMul>();

function nativeMatMul(backend: BackendWasm): NativeMatMul {
  const known = nativeByBackend.get(backend);
  if (known) return known;
  const { cwrap } = backend.wasm as unknown as {
    cwrap(name: string, result: null, args: readonly string[]): NativeMatMul;
  };
  const n = 'number';
  const native = cwrap('BatchMatMul', null, [n, 'array', n, n, 'array', n, n, n, n]);
  nativeByBackend.set(backend, native);
  return native;
}

/** Product of [n, M, K] and [n, K, P], one optimised product a matrix, on views of the operands: nothing is copied. */
function productOfEach(backend: BackendWasm, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  const multiply = nativeMatMul(backend);
  const [m, k] = a.shape.slice(-2) as [number, number];
  const p = b.shape.at(-1)!;
  const out = backend.makeOutput([...a.shape.slice(0, -1), p], 'float32');
  const operands = [
    { offset: backend.getMemoryOffset(a.dataId), size: m * k },
    { offset: backend.getMemoryOffset(b.dataId), size: k * p },
    { offset: backend.getMemoryOffset(out.dataId), size: m * p },
  ];
  const aShape = shapeBytes([1, m, k]);
  const bShape = shapeBytes([1, k, p]);
  const native = backend.wasm.tfjs;
  for (let i = 0; i < sizeOf(a.shape.slice(0, -2)); i++) {
    operands.forEach(({ offset, size }, view) =>
      native.registerTensor(VIEW_ID + view, size, offset + i * size * Float32Array.BYTES_PER_ELEMENT),
    );
    multiply(VIEW_ID, aShape, 3, VIEW_ID + 1, bShape, 3, false, false, VIEW_ID + 2);
    operands.forEach((_, view) => native.disposeData(VIEW_ID + view));
  }
  return out;
}

const smallByBackend = new WeakMap<BackendWasm, { readonly multiply: SmallProducts | undefined }>();

/** Product of [n, M, K] and [n, K, P] by the SIMD loop; undefined where the machine has no SIMD. */
function smallProductsOf(
  backend: BackendWasm,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
): tf.TensorInfo | undefined {
  let known = smallByBackend.get(backend);
  if (!known) {
    const { asm } = backend.wasm as unknown as { asm: { memory: object } };
    known = { multiply: smallProducts(asm.memory) };
    smallByBackend.set(backend, known);
  }
  if (!known.multiply) return undefined;
  const [m, k] = a.shape.slice(-2) as [number, number];
  const p = b.shape.at(-1)!;
  const out = backend.makeOutput([...a.shape.slice(0, -1), p], 'float32');
  // Offsets only after the allocation, which may move nothing but grows the memory.
  const at = (info: tf.TensorInfo): number => backend.getMemoryOffset(info.dataId);
  known.multiply(at(a), at(b), at(out), sizeOf(a.shape.slice(0, -2)), m, k, p);
  return out;
}

function transposed(transpose: SingleKernel, x: tf.TensorInfo, backend: BackendWasm): tf.TensorInfo {
  const rank = x.shape.length;
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  return transpose({ inputs: { x }, attrs: { perm }, backend });
}

/** Product of untransposed matrices: a batch times one matrix is one flat product, big batches go matrix by matrix. */
function product(
  stock: SingleKernel,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  backend: BackendWasm,
): tf.TensorInfo {
  const plain = (left: tf.TensorInfo, right: tf.TensorInfo): tf.TensorInfo =>
    stock({ inputs: { a: left, b: right }, attrs: { transposeA: false, transposeB: false }, backend });
  const [m, k] = a.shape.slice(-2) as [number, number];
  const [rows, p] = b.shape.slice(-2) as [number, number];
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const matrices = sizeOf(outerA);
  if (k !== rows || matrices === 1 || a.dtype !== 'float32' || b.dtype !== 'float32') return plain(a, b);
  if (sizeOf(outerB) === 1 && outerB.length <= outerA.length) {
    const flat = plain({ ...a, shape: [matrices * m, k] }, { ...b, shape: [k, p] });
    return { ...flat, shape: [...outerA, m, p] };
  }
  if (outerA.join() !== outerB.join()) return plain(a, b);
  if (m * k * p >= LARGE_PRODUCT) return productOfEach(backend, a, b);
  return smallProductsOf(backend, a, b) ?? plain(a, b);
}

/**
 * Stock BatchMatMul runs a naive scalar loop for transposed or batched operands (13 times slower than its optimised
 * path). This one transposes operands explicitly and prefers the optimised path.
 */
const batchMatMul =
  (stock: SingleKernel, transpose: SingleKernel): WasmKernel =>
  ({ inputs, attrs, backend }) => {
    const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
    const [a, b] = [inputs['a']!, inputs['b']!];
    const left = transposeA ? transposed(transpose, a, backend) : a;
    const right = transposeB ? transposed(transpose, b, backend) : b;
    const out = product(stock, left, right, backend);
    if (left !== a) backend.disposeData(left.dataId);
    if (right !== b) backend.disposeData(right.dataId);
    return out;
  };

/** The backend has no UnsortedSegmentSum, the gradient of `gather`. Rows whose segment is out of range are dropped. */
const unsortedSegmentSum: WasmKernel = ({ inputs, attrs, backend }) => {
  const { numSegments } = attrs as unknown as { numSegments: number };
  const [x, segmentIds] = [inputs['x']!, inputs['segmentIds']!];
  const shape = [numSegments, ...x.shape.slice(segmentIds.shape.length)];
  // Views of the heap only after the allocation: growing the heap detaches them.
  const out = backend.makeOutput(shape, x.dtype);
  const sums = backend.typedArrayFromHeap(out).fill(0);
  const ids = backend.typedArrayFromHeap(segmentIds) as TypedArray;
  addRows(sums as TypedArray, backend.typedArrayFromHeap(x) as TypedArray, ids, sizeOf(shape.slice(1)));
  return out;
};

/** Stock Identity copies, and tfjs clones every tensor that it keeps for the backward pass; this one shares. */
const identity: WasmKernel = ({ inputs, backend }) => {
  const x = inputs['x']!;
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
};

/** Stock OneHot writes integers whatever the type asked for. Rows whose index is out of range are all `offValue`. */
const oneHot: WasmKernel = ({ inputs, attrs, backend }) => {
  const { depth, dtype, onValue, offValue } = attrs as unknown as {
    depth: number;
    dtype: tf.DataType;
    onValue: number;
    offValue: number;
  };
  const indices = inputs['indices']!;
  const out = backend.makeOutput([...indices.shape, depth], dtype);
  const values = backend.typedArrayFromHeap(out).fill(offValue);
  backend.typedArrayFromHeap(indices).forEach((index, row) => {
    if (index >= 0 && index < depth) values[row * depth + index] = onValue;
  });
  return out;
};

/** Installs the kernels, after the backend's own are registered. Calling it again changes nothing. */
export function installWasmKernels(): void {
  const stock = tf.getKernel('BatchMatMul', 'wasm');
  if (!stock) throw new Error('import @tensorflow/tfjs-backend-wasm first');
  if (installed in stock) return;
  register('BatchMatMul', batchMatMul(kernelOf('BatchMatMul'), kernelOf('Transpose')));
  register('UnsortedSegmentSum', unsortedSegmentSum);
  register('Identity', identity);
  register('OneHot', oneHot);
  register('Slice', slice);
  register('SplitV', splitV);
  register('Unpack', unpack);
}
