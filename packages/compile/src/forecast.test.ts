import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompiledGraph, Executor } from '@mdpd/core';
import { calibrate } from './calibrate.ts';
import { forecast, shapeOnly } from './forecast.ts';
import { onnxruntimeExecutor } from './onnxruntime-executor.ts';

const float = (...shape: number[]): tf.Tensor => shapeOnly(shape, 'float32');

describe('forecast', () => {
  it('counts the operations of matrix products', () => {
    const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.matMul(a, b);
    expect(forecast(product, [float(20, 30), float(30, 50)])).toMatchObject({
      flops: 2 * 20 * 30 * 50,
      movedBytes: 0,
      resultBytes: 4 * 20 * 50,
    });
    const turned = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.matMul(a, b, true, true);
    expect(forecast(turned, [float(30, 20), float(50, 30)]).flops).toBe(2 * 20 * 30 * 50);
    const many = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.matMul(a, b);
    expect(forecast(many, [float(4, 20, 30), float(4, 30, 50)]).flops).toBe(4 * 2 * 20 * 30 * 50);
  });

  it('counts what other operators read and write, and what is alive between them', () => {
    const sum = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.mean(tf.sin(tf.add(a, b)));
    const found = forecast(sum, [float(1000, 1000), float(1000, 1000)]);
    expect(found.movedBytes).toBeGreaterThanOrEqual(6 * 4e6);
    expect(found.movedBytes).toBeLessThan(6.1 * 4e6);
    expect(found.arenaBytes).toBeGreaterThanOrEqual(8e6);
    expect(found.arenaBytes).toBeLessThan(9e6);
  });

  it('gives no buffer to results that are written over what they replace', () => {
    const step = (state: { w: tf.Tensor }, g: tf.Tensor): { state: { w: tf.Tensor } } => ({
      state: { w: tf.sub(state.w, g) },
    });
    const args = [{ w: float(100) }, float(100)] as const;
    expect(forecast(step, [...args], { argument: 0, result: 'state' }).resultBytes).toBe(0);
    expect(forecast(step, [...args]).resultBytes).toBe(400);
  });
});

describe('on the executor', () => {
  const graphs: CompiledGraph[] = [];
  let executor: Executor;
  beforeAll(async () => {
    executor = await onnxruntimeExecutor.start({ threads: 1, onGraph: (graph) => graphs.push(graph) });
  });
  afterAll(() => executor.stop());

  it('is what the executor says of the graph, until it is released', async () => {
    const fn = (x: tf.Tensor): tf.Tensor => tf.mean(tf.sin(tf.matMul(x, x)));
    const x = executor.upload({ data: new Float32Array(250_000), shape: [500, 500], dtype: 'float32' });
    const { arenaBytes, nodes } = forecast(fn, [x]);
    const [one, two] = [1, 2].map((count) => ({ arenaBytes: count * arenaBytes, nodes: count * nodes }));
    const first = executor.prepare('first', fn);
    (await first(x)).dispose();
    const second = executor.prepare('second', fn);
    (await second(x)).dispose();
    await first.release();
    const third = executor.prepare('third', fn);
    (await third(x)).dispose();
    expect(graphs).toEqual([
      { name: 'first', ...one },
      { name: 'second', ...two },
      { name: 'third', ...two },
    ]);
    x.dispose();
    await Promise.all([second.release(), third.release()]);
  });

  it('calibrates in less than two seconds, and leaves no tensor', async () => {
    const before = executor.memory();
    const begun = performance.now();
    const { flopsPerSecond, bytesPerSecond, secondsPerNode } = await calibrate(executor);
    expect(flopsPerSecond).toBeGreaterThan(1e9);
    expect(flopsPerSecond).toBeLessThan(1e13);
    expect(bytesPerSecond).toBeGreaterThan(1e8);
    expect(bytesPerSecond).toBeLessThan(1e12);
    expect(secondsPerNode).toBeGreaterThan(1e-8);
    expect(secondsPerNode).toBeLessThan(1e-3);
    expect((performance.now() - begun) / 1000).toBeLessThan(6);
    expect(executor.memory()).toEqual(before);
  });
});
