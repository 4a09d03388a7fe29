import * as tf from '@tensorflow/tfjs-core';
import type { StreamSpec } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, expect, it } from 'vitest';
import { meanOfTokens, positionsFor, tokenView } from './token-view.ts';

beforeAll(() => useBackend('cpu'));

const spec: StreamSpec = { tokens: 3, width: 2, heads: 1, pooled: 0 };
const state = (): { mask: tf.Tensor } => ({ mask: tf.tensor2d([1, 1, 0, 1, 1, 1], [2, 3], 'int32') });
/** What is left of equal scores after the soft-max. */
const shares = (bias: tf.Tensor): unknown =>
  tf.softmax(tf.add(tf.zeros([bias.shape[0]!, 1, 3, 3]), bias)).arraySync();

it('is nothing where all are tokens', () => {
  expect(tokenView(spec, {}, 3)).toEqual({});
});

it('leaves padding out', () => {
  const { mask, bias } = tokenView({ ...spec, mask: 'mask' }, state(), 3);
  expect(mask!.dtype).toBe('float32');
  const all = [1, 1, 1].map((x) => x / 3);
  const two = [0.5, 0.5, 0];
  expect(bias!.shape).toEqual([2, 1, 1, 3]);
  const found = shares(bias!) as number[][][][];
  expect(found[0]![0]).toEqual([two, two, two]);
  found[1]![0]!.forEach((row) => row.forEach((share, i) => expect(share).toBeCloseTo(all[i]!, 6)));
});

it('leaves the future out, and padding in it', () => {
  const causal = shares(tokenView({ ...spec, causal: true }, {}, 3).bias!) as number[][][][];
  expect(causal[0]![0]!.map((row) => row.map((share) => Math.round(6 * share)))).toEqual([
    [6, 0, 0],
    [3, 3, 0],
    [2, 2, 2],
  ]);
  const both = shares(tokenView({ ...spec, causal: true, mask: 'mask' }, state(), 3).bias!) as number[][][][];
  expect(both[0]![0]!.map((row) => row.map((share) => Math.round(6 * share)))).toEqual([
    [6, 0, 0],
    [3, 3, 0],
    [3, 3, 0],
  ]);
});

it('takes means over tokens alone, of none a zero', () => {
  const x = tf.tensor3d([1, 2, 3, 4, 50, 60, 1, 1, 2, 2, 6, 6], [2, 3, 2]);
  expect(meanOfTokens(x, tf.tensor2d([1, 1, 0, 1, 1, 1], [2, 3])).arraySync()).toEqual([
    [2, 3],
    [3, 3],
  ]);
  expect(meanOfTokens(x, tf.zeros([2, 3])).arraySync()).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(meanOfTokens(x, undefined).arraySync()).toEqual(tf.mean(x, 1).arraySync());
});

it('cuts positions, and hands all of them on as they are', () => {
  const positions = tf.tensor3d([1, 2, 3], [1, 3, 1]);
  expect(positionsFor(positions, 2).arraySync()).toEqual([[[1], [2]]]);
  expect(positionsFor(positions, 3)).toBe(positions);
});
