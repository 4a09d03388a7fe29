import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend.ts';
import { measurePeak, measurePeakAsync, rss } from './memory-meter.ts';

describe.each(['cpu', 'wasm'] as const)('tensors on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('are counted exactly', () => {
    const { result, ...memory } = measurePeak(() => {
      const a = tf.zeros([100]);
      const b = tf.zeros([50], 'int32');
      const c = tf.zeros([7], 'bool');
      tf.dispose([a, c]);
      return b;
    });
    expect(memory).toEqual({ peakBytes: 400 + 200 + 7, peakTensors: 3, addedBytes: 200 });
    result.dispose();
  });

  it('count once for all clones and reshapes', () => {
    const memory = measurePeak(() => {
      const a = tf.zeros([100]);
      const others = [tf.clone(a), tf.reshape(a, [10, 10])];
      a.dispose();
      tf.dispose(others);
    });
    expect(memory).toEqual({ result: undefined, peakBytes: 400, peakTensors: 1, addedBytes: 0 });
  });

  it('see intermediates that tidy frees', () => {
    const x = tf.ones([1000]);
    const { result, ...memory } = measurePeak(() => tf.tidy(() => tf.neg(tf.neg(tf.neg(x)))));
    expect(memory).toEqual({ peakBytes: 12_000, peakTensors: 3, addedBytes: 4_000 });
    tf.dispose([x, result]);
  });

  it('see what gradients keep', () => {
    const x = tf.ones([1000]);
    // Forward exp, exp (each kept once, by sharing), backward the gradient's start, two products, all alive at the end.
    const { result, ...memory } = measurePeak(() => tf.grad((v: tf.Tensor) => tf.exp(tf.exp(v)))(x));
    expect(memory.addedBytes).toBe(4_000);
    expect(memory.peakBytes).toBe(5 * 4_000);
    tf.dispose([x, result]);
  });

  it('may become fewer', () => {
    const x = tf.ones([10]);
    expect(measurePeak(() => x.dispose())).toEqual({
      result: undefined,
      peakBytes: 0,
      peakTensors: 0,
      addedBytes: -40,
    });
  });

  it('are counted in nested and asynchronous measurements, and after errors', async () => {
    const outer = await measurePeakAsync(async () => {
      const a = tf.ones([10]);
      const inner = measurePeak(() => tf.tidy(() => tf.dispose(tf.ones([5]))));
      await Promise.resolve();
      const b = tf.ones([1]);
      tf.dispose([a, b]);
      return inner;
    });
    expect(outer).toEqual({
      result: { result: undefined, peakBytes: 20, peakTensors: 1, addedBytes: 0 },
      peakBytes: 60,
      peakTensors: 2,
      addedBytes: 0,
    });
    const table = tf.engine().state.tensorInfo;
    const failing = (): never => {
      throw new Error('no');
    };
    expect(() => measurePeak(failing)).toThrow('no');
    await expect(measurePeakAsync(async () => failing())).rejects.toThrow('no');
    expect(tf.engine().state.tensorInfo).toBe(table);
  });
});

describe('the process', () => {
  it('has a resident set that grows with what it holds', () => {
    const before = rss();
    const held = Buffer.alloc(80_000_000, 1);
    const after = rss();
    expect(held.at(-1)).toBe(1);
    expect(before.rssBytes).toBeGreaterThan(20_000_000);
    expect(after.rssBytes - before.rssBytes).toBeGreaterThan(60_000_000);
    expect(after.peakRssBytes).toBeGreaterThanOrEqual(after.rssBytes);
    expect(after.peakRssBytes).toBeLessThan(8_000_000_000);
  });
});
