import * as tf from '@tensorflow/tfjs-core';
import type { Executor, TrainState } from '@mdpd/core';
import { hostTensor } from '@mdpd/tensor/host';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { beforeAll, expect, it } from 'vitest';
import { advance, disposeState, readRecord, uploadRecord, uploadState } from './state.ts';

let executor: Executor;
beforeAll(async () => {
  executor = await cpuExecutor.start();
});

const scalar = (value: number) => hostTensor([value], []);

it('uploads and reads records', async () => {
  const host = { a: hostTensor([1, 2, 3, 4], [2, 2]), b: hostTensor([5, 6], [2], 'int32') };
  const record = uploadRecord(executor, host);
  expect(await readRecord(executor, record)).toEqual(host);
});

it('replaces what a step changed, frees what it replaced, and keeps the rest', () => {
  const before = tf.memory().numTensors;
  const state = uploadState(executor, {
    frozen: { w: scalar(1) },
    trained: { a: scalar(2), b: scalar(3) },
    side: { s: scalar(4) },
    optimizer: { 'a.m': scalar(5), 'b.m': scalar(6) },
  });
  const [a, s] = [tf.scalar(20), tf.scalar(40)];
  const next = advance(state, { trained: { a }, side: { s } });
  expect(next.trained['a']).toBe(a);
  expect(next.trained['b']).toBe(state.trained['b']);
  expect(next.side['s']).toBe(s);
  expect(next.frozen).toBe(state.frozen);
  expect(state.trained['a']!.isDisposed).toBe(true);
  expect(state.side['s']!.isDisposed).toBe(true);
  expect(state.trained['b']!.isDisposed).toBe(false);
  expect(tf.memory().numTensors - before).toBe(6);
  disposeState(next);
  expect(tf.memory().numTensors).toBe(before);
});

it('does not free a tensor that a step hands back as it was', () => {
  const a = tf.scalar(1);
  const state: TrainState = { frozen: {}, trained: { a }, side: {}, optimizer: {} };
  expect(advance(state, { trained: { a } }).trained['a']!.isDisposed).toBe(false);
});
