/** Inputs of several batches in one shape. */
import type { HostRecord, HostTensor } from '@mdpd/core';

/** The records with every input as long, in each axis but the batch's, as the longest of them; zeros are padding. */
export function padInputs(records: readonly HostRecord[]): HostRecord[] {
  const longest = (name: string): number[] =>
    records
      .map((record) => record[name]?.shape ?? [])
      .reduce<number[]>((most, shape) => shape.map((length, axis) => Math.max(length, most[axis] ?? 0)), []);
  return records.map((record) =>
    Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, padTo(tensor, longest(name))])),
  );
}

function padTo(tensor: HostTensor, most: readonly number[]): HostTensor {
  const shape = [tensor.shape[0]!, ...most.slice(1)];
  if (shape.every((length, axis) => length === tensor.shape[axis])) return tensor;
  const size = shape.reduce((product, length) => product * length, 1);
  const data =
    tensor.dtype === 'float32'
      ? new Float32Array(size)
      : tensor.dtype === 'int32'
        ? new Int32Array(size)
        : new Uint8Array(size);
  copy(tensor, { ...tensor, data, shape }, 0, 0, 0);
  return { data, shape, dtype: tensor.dtype };
}

/** Copies the part of `from` that begins at `source` and spans its axes from `axis` on. */
function copy(from: HostTensor, to: HostTensor, axis: number, source: number, target: number): void {
  const [length, rest] = [from.shape[axis]!, from.shape.slice(axis + 1)];
  if (rest.length === 0) {
    to.data.set(from.data.subarray(source, source + length), target);
    return;
  }
  const sizeOf = (shape: readonly number[]): number => shape.reduce((product, each) => product * each, 1);
  const [step, stride] = [sizeOf(rest), sizeOf(to.shape.slice(axis + 1))];
  for (let i = 0; i < length; i++) copy(from, to, axis + 1, source + i * step, target + i * stride);
}
