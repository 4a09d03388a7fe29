/** Tensors in JavaScript memory, and their way to and from the current backend. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, HostTensor, TensorRecord } from '@mdpd/core';

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** Bytes of one value. */
export function bytesOf(dtype: HostTensor['dtype']): number {
  return arrays[dtype].BYTES_PER_ELEMENT;
}

/**
 * A host tensor from numbers; typed arrays of the right kind are taken as they are, not copied.
 *
 * @throws when the shape does not hold as many values as there are
 */
export function hostTensor(
  data: HostTensor['data'] | readonly number[],
  shape: readonly number[],
  dtype: HostTensor['dtype'] = 'float32',
): HostTensor {
  if (data.length !== sizeOf(shape)) {
    throw new Error(`shape [${shape.join(', ')}] holds ${sizeOf(shape)} values, not ${data.length}`);
  }
  const Type = arrays[dtype];
  return { data: data instanceof Type ? data : Type.from(data), shape: [...shape], dtype };
}

/** A host tensor of one value repeated. */
export function filled(
  shape: readonly number[],
  value: number,
  dtype: HostTensor['dtype'] = 'float32',
): HostTensor {
  return { data: new arrays[dtype](sizeOf(shape)).fill(value), shape: [...shape], dtype };
}

/** Copies to the current backend, or hands over an array that is `own`. The tensor is the caller's to dispose. */
export function upload(tensor: HostTensor, own = false): tf.Tensor {
  // The cpu and tensorflow backends keep the array they are given: later changes of ours would show in the tensor.
  return tf.tensor(own ? tensor.data : tensor.data.slice(), [...tensor.shape], tensor.dtype);
}

/** Copies from the backend, without blocking where the backend allows it. */
export async function download(tensor: tf.Tensor): Promise<HostTensor> {
  const { dtype, shape } = tensor;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw new Error(`tensors of type ${dtype} cannot be read`);
  }
  const data = await tensor.data();
  // Of the same two backends some hand out their own array.
  return hostTensor(arrays[dtype].from(data), shape, dtype);
}

/** Copies tensors to the current backend. The caller disposes them. */
export function uploadRecord(record: Readonly<HostRecord>): TensorRecord {
  return Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, upload(tensor)]));
}

/** Copies tensors of the current backend into memory of JavaScript. */
export async function downloadRecord(record: Readonly<TensorRecord>): Promise<HostRecord> {
  const entries = Object.entries(record).map(
    async ([name, tensor]) => [name, await download(tensor)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
