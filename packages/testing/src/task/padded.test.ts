import type { HostRecord, HostTensor } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { exampleOf, sameExample } from './padded.ts';

const ids = (values: number[], shape = [values.length]): HostTensor => ({
  data: Int32Array.from(values),
  shape,
  dtype: 'int32',
});
const record = (values: number[], shape?: number[]): HostRecord => ({ ids: ids(values, shape) });

describe('exampleOf', () => {
  it('takes an example out of its batch', () => {
    expect(exampleOf(record([1, 2, 3, 4, 5, 6], [2, 3]), 1)).toEqual(record([4, 5, 6]));
  });
});

describe('sameExample', () => {
  it.each([
    [
      [1, 2],
      [1, 2],
    ],
    [
      [1, 2],
      [1, 2, 0, 0],
    ],
    [
      [1, 2, 9],
      [1, 2],
    ],
  ])('%j is %j', (a, b) => {
    expect(sameExample(record(a), record(b))).toBe(true);
  });

  it.each([
    [
      [1, 2],
      [1, 3],
    ],
    [
      [1, 2],
      [2, 1, 0],
    ],
    [
      [1, 2],
      [1, 2, 0, 7],
    ],
  ])('%j is not %j', (a, b) => {
    expect(sameExample(record(a), record(b))).toBe(false);
  });

  it('pads on every axis, and on one of the two only', () => {
    const small = record([1, 2, 3, 4], [2, 2]);
    expect(sameExample(small, record([1, 2, 0, 3, 4, 0], [2, 3]))).toBe(true);
    expect(sameExample(small, record([1, 2, 3, 4, 0, 0], [2, 3]))).toBe(false);
    expect(sameExample(record([1, 2, 3], [1, 3]), record([1, 2], [2, 1]))).toBe(false);
  });

  it('tells names and types apart', () => {
    expect(sameExample({ ids: ids([1]) }, { mask: ids([1]) })).toBe(false);
    expect(sameExample({ ids: ids([1]) }, { ids: ids([1]), mask: ids([1]) })).toBe(false);
    const float: HostTensor = { data: Float32Array.of(1), shape: [1], dtype: 'float32' };
    expect(sameExample({ ids: ids([1]) }, { ids: float })).toBe(false);
  });
});
