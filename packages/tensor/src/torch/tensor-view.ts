/** Tensors of a PyTorch file as checked views of their storages. */
import { dtypeBytes, type StoredDtype } from '../tensor-values.ts';
import { describe, type PickleValue, type TorchStorage, type TorchTensor } from './pickle-values.ts';
import { invalid, quoted } from './torch-errors.ts';

export interface TensorView {
  readonly storage: TorchStorage;
  readonly dtype: StoredDtype;
  /** In values, from the beginning of the storage. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** In values. */
  readonly strides: readonly number[];
}

const MAXIMUM_AXES = 64;

/** Values of a tensor that repeats those of its storage, so that a small file cannot ask for much memory. */
const MAXIMUM_REPEATED = 1 << 20;

const isCount = (value: PickleValue): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** Bytes of a storage. */
export function storageBytes({ type, size }: TorchStorage): number {
  return type === 'bytes' ? size : size * dtypeBytes[type];
}

/** Number of values of a shape. Not NaN where a length is 0 and the others are huge. */
export function countOf(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((count, length) => count * length, 1);
}

/** One more than the distance from the first value of a view to its last; 0 for an empty view. */
export function spanOf(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((span, length, axis) => span + (length - 1) * strides[axis]!, 1);
}

/** Throws CHECKPOINT_INVALID, with the tensor's name, where the view leaves its storage. */
export function checkView(name: string, tensor: TorchTensor, file: string): TensorView {
  const place = `${file}: ${quoted(name)}`;
  const { storage, dtype, offset, shape, strides } = tensor;
  const list = (values: readonly PickleValue[]): string => `[${values.slice(0, 8).map(describe).join(', ')}]`;
  if (!isCount(offset)) throw invalid(place, `the offset is ${describe(offset)}`, 'an integer from 0');
  if (!shape.every(isCount)) throw invalid(place, `the shape is ${list(shape)}`, 'integers from 0');
  if (!strides.every(isCount)) throw invalid(place, `the strides are ${list(strides)}`, 'integers from 0');
  if (shape.length !== strides.length || shape.length > MAXIMUM_AXES) {
    throw invalid(place, `there are ${shape.length} axes and ${strides.length} strides`);
  }
  const available = Math.floor(storageBytes(storage) / dtypeBytes[dtype]);
  const count = countOf(shape);
  const end = count === 0 ? 0 : offset + spanOf(shape, strides);
  // Beyond exact integers every comparison fails, as it should.
  if (!(end <= available)) {
    const view = `shape ${list(shape)} with strides ${list(strides)} at ${offset}`;
    throw invalid(place, `${view} needs ${end} values, but its storage has ${available}`);
  }
  if (!(count <= Math.max(available, MAXIMUM_REPEATED))) {
    throw invalid(place, `shape ${list(shape)} has ${count} values, but its storage has ${available}`);
  }
  return { storage, dtype, offset, shape, strides };
}
