import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { formOf, leavesOf, mapTree, signatureOf } from './tensor-tree.ts';

beforeAll(() => useBackend('cpu'));

const tree = (): { a: { 'b.c': tf.Tensor }; list: unknown[]; none: null } => ({
  a: { 'b.c': tf.zeros([2, 3]) },
  list: [tf.scalar(1, 'int32'), 4, 'text', Float32Array.of(1)],
  none: null,
});

describe('trees of tensors', () => {
  it('have their tensors by path', () => {
    expect(leavesOf(tree()).map(({ path }) => path)).toEqual(['a.b.c', 'list.0']);
    expect(leavesOf(tf.scalar(1)).map(({ path }) => path)).toEqual(['']);
    expect(leavesOf('text')).toEqual([]);
  });

  it('keep their form with other things in place of tensors', () => {
    expect(mapTree(tree(), ({ dtype }, path) => `${path} ${dtype}`)).toEqual({
      a: { 'b.c': 'a.b.c float32' },
      list: ['list.0 int32', 4, 'text', Float32Array.of(1)],
      none: null,
    });
  });

  it('are told apart by shapes, types, and what is no tensor', () => {
    const { a, list, none } = tree();
    const [numbers, fn] = [Float32Array.of(1), (): number => 1];
    const different = [
      [a, list[0], numbers],
      [{ ...a, more: list[0] }, list[0], numbers],
      [a, tf.scalar(1), numbers],
      [a, list[0], Float32Array.of(1)],
      [{ 'b.c': tf.zeros([3, 2]) }, list[0], numbers],
      [a, list[0], numbers, 3],
      [a, list[0], numbers, 4],
      [a, list[0], numbers, '4'],
      [a, list[0], numbers, none],
      [a, list[0], numbers, undefined],
      [a, list[0], numbers, fn],
      [a, list[0], numbers, (): number => 1],
    ];
    const signatures = different.map(signatureOf);
    expect(new Set(signatures).size).toBe(different.length);
    expect(different.map(signatureOf)).toEqual(signatures);
    expect(Object.fromEntries(formOf([a, 3]))).toEqual({ '0.b.c': 'float32[2, 3]', '1': '3' });
  });
});
