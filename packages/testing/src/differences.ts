/** How far numbers are from others. */
import type { HostTensor } from '@mdpd/core';

/** Largest |x|. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}

/** Largest difference, relative to the largest expected value. NaN anywhere, or another length, gives Infinity. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const difference = absoluteDifference(actual, expected);
  return difference === 0 ? 0 : difference / largest(expected);
}

/** Largest difference. NaN anywhere, or another length, gives Infinity. */
export function absoluteDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let most = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (Number.isNaN(difference)) return Infinity;
    most = Math.max(most, difference);
  }
  return most;
}

/** Whether two tensors have the same type, shape and bits. */
export function sameTensor(a: HostTensor, b: HostTensor): boolean {
  return a.dtype === b.dtype && a.shape.join() === b.shape.join() && sameBytes(a.data, b.data);
}

/** Whether two arrays hold the same bytes. */
export function sameBytes(a: HostTensor['data'], b: HostTensor['data']): boolean {
  const bytes = (data: HostTensor['data']): Buffer =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return bytes(a).equals(bytes(b));
}

/** Names whose tensors differ, or that only one record has. */
export function differingNames(
  a: Readonly<Record<string, HostTensor>>,
  b: Readonly<Record<string, HostTensor>>,
): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => !a[name] || !b[name] || !sameTensor(a[name], b[name]));
}
