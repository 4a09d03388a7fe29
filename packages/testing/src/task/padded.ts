/** Examples of a batch, and whether two are the same but for their padding. */
import type { HostRecord, HostTensor } from '@mdpd/core';

/** Example `row` of a record of [B, …] tensors, without the batch axis. */
export function exampleOf(record: HostRecord, row: number): HostRecord {
  const entries = Object.entries(record).map(([name, { data, shape, dtype }]) => {
    const size = data.length / shape[0]!;
    return [name, { data: data.slice(row * size, (row + 1) * size), shape: shape.slice(1), dtype }] as const;
  });
  return Object.fromEntries(entries);
}

/** Whether index `at` of `shape`, row-major, lies within `bounds` on every axis; and its place there. */
function placeWithin(at: number, shape: readonly number[], bounds: readonly number[]): number | undefined {
  let [place, stride, rest] = [0, 1, at];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const coordinate = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
    if (coordinate >= bounds[axis]!) return undefined;
    place += coordinate * stride;
    stride *= bounds[axis]!;
  }
  return place;
}

/** Whether `longer` is `shorter` with one value all over where it is longer. */
function isPadded(longer: HostTensor, shorter: HostTensor): boolean {
  const padding = new Set<number>();
  for (const [at, value] of longer.data.entries()) {
    const place = placeWithin(at, longer.shape, shorter.shape);
    if (place === undefined) padding.add(value);
    else if (!Object.is(value, shorter.data[place])) return false;
  }
  return padding.size <= 1;
}

function same(a: HostTensor, b: HostTensor): boolean {
  if (a.dtype !== b.dtype || a.shape.length !== b.shape.length) return false;
  const covers = (large: HostTensor, small: HostTensor): boolean =>
    large.shape.every((length, axis) => length >= small.shape[axis]!);
  if (covers(a, b)) return isPadded(a, b);
  return covers(b, a) && isPadded(b, a);
}

/** Whether two examples have the same values under the same names; one may be padded, each tensor with one value. */
export function sameExample(a: HostRecord, b: HostRecord): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => a[name] && b[name] && same(a[name], b[name]));
}
