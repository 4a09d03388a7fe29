import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '@mdpd/tensor/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { countOps } from './graph.ts';
import { backendName } from './ops/registry.ts';
import { runGraph } from './testing/run-graph.ts';
import { failureOf } from './testing/told.ts';
import { trace } from './trace.ts';

beforeAll(() => useBackend('cpu'));

const x = (): tf.Tensor => tf.tensor1d([1, 2, 3]);

describe('trace', () => {
  it('names inputs and outputs by their paths and keeps the form of the result', () => {
    const { graph, result } = trace(
      (state: { w: tf.Tensor; b: readonly tf.Tensor[] }, scale: number, y: tf.Tensor) => ({
        state: { w: tf.add(state.w, y), untouched: state.b[1] },
        list: [tf.mul(y, scale), 'text', null, 7],
        single: tf.neg(y),
      }),
      [{ w: x(), b: [x(), x()] }, 3, x()],
    );
    expect(graph.inputs.map(({ name }) => name)).toEqual(['in.0.w', 'in.0.b.0', 'in.0.b.1', 'in.2']);
    expect(graph.outputs.map(({ name }) => name)).toEqual([
      'out.state.w',
      'out.state.untouched',
      'out.list.0',
      'out.single',
    ]);
    expect(countOps(graph)).toEqual({ Add: 1, Mul: 1, Neg: 1 });
    const named = (name: string): tf.Tensor => name as unknown as tf.Tensor;
    expect(result(named)).toEqual({
      state: { w: 'out.state.w', untouched: 'out.state.untouched' },
      list: ['out.list.0', 'text', null, 7],
      single: 'out.single',
    });
  });

  it('leaves the backend as it was, and no tensor behind, also after a failure', () => {
    const given = x();
    const before = tf.memory().numTensors;
    trace((a: tf.Tensor) => tf.square(tf.add(a, 1)), [given]);
    expect(() =>
      trace(
        (a: tf.Tensor) => {
          tf.square(tf.add(a, 1));
          throw new Error('own');
        },
        [given],
      ),
    ).toThrow('own');
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.getBackend()).toBe('cpu');
    given.dispose();
  });

  it('takes tensors of other backends as constants, which stay readable', async () => {
    const weights = tf.tensor1d([10, 20, 30]);
    const { graph } = trace((a: tf.Tensor) => tf.mul(a, weights), [x()]);
    expect(graph.inputs).toHaveLength(1);
    const results = await runGraph(graph, {
      'in.0': { data: Float32Array.of(1, 2, 3), shape: [3], dtype: 'float32' },
    });
    expect(Array.from(results['out.']!.data)).toEqual([10, 40, 90]);
    expect(Array.from(weights.dataSync())).toEqual([10, 20, 30]);
    expect(Array.from(await weights.data())).toEqual([10, 20, 30]);
    expect(Array.from(tf.mul(weights, 2).dataSync())).toEqual([20, 40, 60]);
    weights.dispose();
  });

  it('differentiates: gradients are part of the graph', () => {
    const { graph } = trace((a: tf.Tensor) => tf.grad((v) => tf.sum(tf.square(v)))(a), [x()]);
    expect(graph.outputs[0]!.value.shape).toEqual([3]);
  });
});

describe('reading values inside a compiled function names the operation and the line', () => {
  const read = (fn: (a: tf.Tensor) => unknown): Promise<string> => failureOf(() => trace(fn, [x()]));

  it('with dataSync', async () => {
    expect(await read((a) => tf.mul(a, tf.softplus(a).dataSync()[0]!))).toMatchInlineSnapshot(`
      "error COMPILE_READ at trace.test.ts:LINE
        the values of a tensor made by Softplus were read inside a compiled function
        fix: keep to tensors inside of steps: what a step does may depend on shapes, not on values"
    `);
  });

  it('with arraySync, of an input', async () => {
    expect(await read((a) => a.arraySync())).toMatchInlineSnapshot(`
      "error COMPILE_READ at trace.test.ts:LINE
        the values of an argument were read inside a compiled function
        fix: keep to tensors inside of steps: what a step does may depend on shapes, not on values"
    `);
  });

  it('with bufferSync, of a constant', async () => {
    expect(await read(() => tf.tensor1d([1]).bufferSync())).toMatchInlineSnapshot(`
      "error COMPILE_READ at trace.test.ts:LINE
        the values of a constant were read inside a compiled function
        fix: keep to tensors inside of steps: what a step does may depend on shapes, not on values"
    `);
  });

  it('with data, caught where it is awaited', async () => {
    let failure: Promise<string> | undefined;
    trace(
      (a: tf.Tensor) => {
        const product = tf.mul(a, a);
        failure = failureOf(() => product.data());
        return product;
      },
      [x()],
    );
    expect(await failure).toMatchInlineSnapshot(`
      "error COMPILE_READ at trace.test.ts:LINE
        the values of a tensor made by Multiply were read inside a compiled function
        fix: keep to tensors inside of steps: what a step does may depend on shapes, not on values"
    `);
  });
});

describe('what cannot be compiled', () => {
  it('asynchronous functions', async () => {
    expect(
      await failureOf(() =>
        trace(
          async (a: tf.Tensor) => {
            const values = await a.data();
            return tf.mul(a, values[0]!);
          },
          [x()],
        ),
      ),
    ).toMatchInlineSnapshot(`
      "error COMPILE_ASYNC
        an asynchronous function cannot be compiled
        fix: make it a plain function of tensors: what needs waiting for is done before, and given to it"
    `);
  });

  it('a traced function inside of another one', async () => {
    const inner = (a: tf.Tensor): unknown => trace((b: tf.Tensor) => tf.neg(b), [a]);
    expect(await failureOf(() => trace(inner, [x()]))).toMatchInlineSnapshot(`
      "error COMPILE_NESTED at trace.test.ts:LINE
        a compiled function was called inside of another one
        fix: call the plain function there: it becomes a part of the graph"
    `);
  });

  it('tensors that escaped from another trace', async () => {
    let escaped: tf.Tensor | undefined;
    trace(
      (a: tf.Tensor) => {
        escaped = tf.keep(tf.sqrt(a));
        return a;
      },
      [x()],
    );
    expect(await failureOf(() => trace((a: tf.Tensor) => tf.add(a, escaped!), [x()]))).toMatchInlineSnapshot(`
      "error COMPILE_ESCAPED at trace.test.ts:LINE
        a tensor made by Sqrt is used after the compiled function that made it ended
        fix: return it from that function, and give it to the next one as an argument"
    `);
    expect(await failureOf(() => escaped!.dataSync())).toMatchInlineSnapshot(`
      "error COMPILE_ESCAPED at trace.test.ts:LINE
        a tensor made by Sqrt is used after the compiled function that made it ended
        fix: return it from that function, and give it to the next one as an argument"
    `);
    escaped!.dispose();
  });

  it('text and complex numbers', async () => {
    expect(await failureOf(() => trace(() => tf.tensor1d(['a']), []))).toMatchInlineSnapshot(`
      "error COMPILE_TYPE at trace.test.ts:LINE
        a tensor of type string cannot be compiled
        allowed: float32, int32, bool"
    `);
  });
});

describe('outside of compiled functions, on the compiling backend', () => {
  it('results of operations cannot be had, constants can', async () => {
    await tf.setBackend(backendName);
    try {
      const constant = tf.tensor1d([1, 2]);
      const sum = tf.add(constant, tf.square(constant));
      expect(Array.from(constant.dataSync())).toEqual([1, 2]);
      expect(Array.from(await tf.fill([2], 7).data())).toEqual([7, 7]);
      expect(await failureOf(() => sum.dataSync())).toMatchInlineSnapshot(`
        "error COMPILE_OUTSIDE at trace.test.ts:LINE
          the result of Add is asked for, which ran outside of a prepared function
          fix: compute it inside a function given to executor.prepare"
      `);
      expect(await failureOf(() => sum.data())).toMatchInlineSnapshot(`
        "error COMPILE_OUTSIDE at trace.test.ts:LINE
          the result of Add is asked for, which ran outside of a prepared function
          fix: compute it inside a function given to executor.prepare"
      `);
      expect(await failureOf(() => trace((a: tf.Tensor) => tf.add(a, sum), [x()]))).toMatchInlineSnapshot(`
        "error COMPILE_OUTSIDE at trace.test.ts:LINE
          the result of Add is asked for, which ran outside of a prepared function
          fix: compute it inside a function given to executor.prepare"
      `);
    } finally {
      await tf.setBackend('cpu');
    }
  });
});
