import { describe, expect, it } from 'vitest';
import { hostTensor } from './host.ts';
import { labelMask, shiftRight } from './shift-right.ts';

describe('shiftRight', () => {
  const labels = hostTensor([5, 6, 1, 7, 1, -100], [2, 3], 'int32');

  it('puts the start before the labels and leaves out the last', () => {
    expect(shiftRight(labels, { start: 9, padding: 0 })).toEqual({
      data: Int32Array.of(9, 5, 6, 9, 7, 1),
      shape: [2, 3],
      dtype: 'int32',
    });
  });

  it('puts padding in place of what is no label', () => {
    const gaps = hostTensor([-100, -100, 1], [1, 3], 'int32');
    expect([...shiftRight(gaps, { start: 2, padding: 4 }).data]).toEqual([2, 4, 4]);
  });

  it('leaves the labels as they are, and takes answers of one token and of none', () => {
    shiftRight(labels, { start: 9, padding: 0 });
    expect([...labels.data]).toEqual([5, 6, 1, 7, 1, -100]);
    expect([...shiftRight(hostTensor([3], [1, 1], 'int32'), { start: 0, padding: 0 }).data]).toEqual([0]);
    expect(shiftRight(hostTensor([], [2, 0], 'int32'), { start: 0, padding: 0 }).data).toHaveLength(0);
  });

  it('masks what has no label', () => {
    expect([...labelMask(labels).data]).toEqual([1, 1, 1, 1, 1, 0]);
  });
});
