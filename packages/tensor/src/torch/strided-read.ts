/** Reads a view of values on disk (a slice, a transposed matrix) as contiguous bytes. */
import { countOf, spanOf } from './tensor-view.ts';

/** A run of bytes, from a position in the storage. */
export type ReadRun = (begin: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;

export interface Strided {
  /** All in values. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** More than this is read at once only where most of it is needed. */
const WINDOW_BYTES = 8_388_608;
const MAXIMUM_WASTE = 4;

function contiguousStrides(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

type Words = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

function wordsOf({ buffer }: Uint8Array<ArrayBuffer>, width: number): Words {
  if (width === 8) return new BigUint64Array(buffer);
  return width === 4
    ? new Uint32Array(buffer)
    : width === 2
      ? new Uint16Array(buffer)
      : new Uint8Array(buffer);
}

interface Part extends Strided {
  /** Where the part begins in the result, in values. */
  readonly target: number;
}

/** Copies value by value, the last axis in the innermost loop. */
function copyPart(from: Words, to: Words, { shape, strides, target }: Part, steps: readonly number[]): void {
  const last = shape.length - 1;
  const index = new Array<number>(shape.length).fill(0);
  let source = 0;
  let out = target;
  for (;;) {
    for (let i = 0; i < shape[last]!; i++) to[out + i * steps[last]!] = from[source + i * strides[last]!]!;
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      source += strides[axis]!;
      out += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      out -= steps[axis]! * shape[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** The two halves of a part along the axis on which it reaches farthest. */
function halves({ offset, shape, strides, target }: Part, steps: readonly number[]): [Part, Part] {
  const reach = shape.map((length, axis) => (length - 1) * strides[axis]!);
  const axis = reach.indexOf(Math.max(...reach));
  const cut = Math.floor(shape[axis]! / 2);
  return [
    { offset, shape: shape.with(axis, cut), strides, target },
    {
      offset: offset + cut * strides[axis]!,
      shape: shape.with(axis, shape[axis]! - cut),
      strides,
      target: target + cut * steps[axis]!,
    },
  ];
}

/**
 * The values of a checked view, row-major. What lies between them is read too where it is little, and never more than
 * a few megabytes at once.
 *
 * @param width - bytes of one value
 */
export async function readStrided(
  read: ReadRun,
  view: Strided,
  width: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const count = countOf(view.shape);
  if (count === 0) return new Uint8Array();
  // Axes of length 1 may have any stride.
  const axes = view.shape.map((_, axis) => axis).filter((axis) => view.shape[axis] !== 1);
  const shape = axes.map((axis) => view.shape[axis]!);
  const strides = axes.map((axis) => view.strides[axis]!);
  const steps = contiguousStrides(shape);
  if (steps.every((step, axis) => step === strides[axis])) return read(view.offset * width, count * width);
  const result = new Uint8Array(count * width);
  const words = wordsOf(result, width);
  const parts: Part[] = [{ offset: view.offset, shape, strides, target: 0 }];
  for (let part = parts.pop(); part; part = parts.pop()) {
    const bytes = spanOf(part.shape, strides) * width;
    if (bytes > WINDOW_BYTES && bytes > MAXIMUM_WASTE * countOf(part.shape) * width) {
      parts.push(...halves(part, steps));
    } else {
      copyPart(wordsOf(await read(part.offset * width, bytes), width), words, part, steps);
    }
  }
  return result;
}
