import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { useBackend } from '@mdpd/tensor/backend';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { failureOf } from './testing/told.ts';

beforeAll(() => useBackend('cpu'));

let before = 0;
beforeAll(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before);
  expect(tf.getBackend()).toBe('cpu');
});

const loss = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => tf.mean(tf.square(tf.matMul(x, w)));

/** Gradient descent. */
const step = (x: tf.Tensor, state: { w: tf.Tensor }): { state: { w: tf.Tensor }; loss: tf.Tensor } => ({
  state: { w: tf.sub(state.w, tf.mul(0.01, tf.grad((w) => loss(x, w))(state.w))) },
  loss: loss(x, state.w),
});

const input = (): tf.Tensor => tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
const weights = (): tf.Tensor => tf.tensor2d([0.5, -1], [2, 1]);

describe('compile', () => {
  it('runs a step like tfjs does, on tensors of the current backend', async () => {
    const [x, w] = [input(), weights()];
    const compiled = compile(step, [x, { w }], { threads: 1 });
    const expected = tf.tidy(() => step(x, { w }));
    const result = await compiled.run(x, { w });
    tf.test_util.expectArraysClose(result.state.w.dataSync(), expected.state.w.dataSync());
    tf.test_util.expectArraysClose(result.loss.dataSync(), expected.loss.dataSync());
    expect(result.state.w.shape).toEqual([2, 1]);
    const again = await compiled.run(x, result.state);
    expect(again.loss.dataSync()[0]).toBeLessThan(result.loss.dataSync()[0]!);
    tf.dispose([x, w, expected, result, again] as unknown as tf.TensorContainer);
    await compiled.dispose();
  });

  it('reads no values of its example, which may be gone', async () => {
    const [x, w] = [input(), weights()];
    const example = [tf.zeros([3, 2]), tf.zeros([2, 1])] as const;
    const compiled = compile(loss, [...example]);
    tf.dispose([...example]);
    const result = await compiled.run(x, w);
    expect(result.dataSync()[0]).toBeCloseTo((1.5 ** 2 + 2.5 ** 2 + 3.5 ** 2) / 3, 5);
    tf.dispose([x, w, result]);
    await compiled.dispose();
  });

  it('counts its nodes and writes them as an ONNX file that runs elsewhere', async () => {
    const [x, w] = [input(), weights()];
    const compiled = compile((a: tf.Tensor, b: tf.Tensor) => ({ y: tf.relu(tf.matMul(a, b)) }), [x, w]);
    expect(compiled.nodes).toEqual({ MatMul: 1, Relu: 1 });
    const session = await ort.InferenceSession.create(compiled.toOnnx());
    expect(session.inputNames).toEqual(['in.0', 'in.1']);
    const results = await session.run({
      'in.0': new ort.Tensor('float32', [1, 2, 3, 4, 5, 6], [3, 2]),
      'in.1': new ort.Tensor('float32', [1, -1], [2, 1]),
    });
    expect(results['out.y']!.dims).toEqual([3, 1]);
    expect(Array.from(results['out.y']!.data as Float32Array)).toEqual([0, 0, 0]);
    await session.release();
    await compiled.dispose();
    tf.dispose([x, w]);
  });

  it('shares one thread among functions, and starts another one after the last', async () => {
    const x = tf.tensor1d([1, 2]);
    const [double, half] = [
      compile((a: tf.Tensor) => tf.mul(a, 2), [x]),
      compile((a: tf.Tensor) => tf.div(a, 2), [x]),
    ];
    const results = await Promise.all([double.run(x), half.run(x), double.run(x)]);
    expect(results.map((result) => Array.from(result.dataSync()))).toEqual([
      [2, 4],
      [0.5, 1],
      [2, 4],
    ]);
    await double.dispose();
    const still = await half.run(x);
    await half.dispose();
    const negate = compile((a: tf.Tensor) => tf.neg(a), [x]);
    const last = await negate.run(x);
    expect([...still.dataSync(), ...last.dataSync()]).toEqual([0.5, 1, -1, -2]);
    await negate.dispose();
    tf.dispose([x, ...results, still, last]);
  });

  it('takes numbers and lists, hands on what is no tensor, and truth values and integers', async () => {
    const x = tf.tensor1d([3, 1, 2]);
    const compiled = compile(
      (list: readonly tf.Tensor[], { power }: { power: number }) => ({
        all: [tf.pow(list[0]!, power), tf.greater(list[0]!, 1), tf.argMax(list[0]!), list[0]!],
        power,
      }),
      [[x], { power: 2 }],
    );
    const { all, power } = await compiled.run([x], { power: 2 });
    expect(all.map((tensor) => [tensor.dtype, ...tensor.dataSync()])).toEqual([
      ['float32', 9, 1, 4],
      ['bool', 1, 0, 1],
      ['int32', 0],
      ['float32', 3, 1, 2],
    ]);
    expect(power).toBe(2);
    expect(await failureOf(() => compiled.run([x], { power: 3 }))).toMatchInlineSnapshot(`
      "error COMPILE_SHAPE
        argument 1.power is 3
        allowed: 2, as in the example
        fix: compile the function once for each kind of call"
    `);
    tf.dispose([x, ...all]);
    await compiled.dispose();
  });
});

describe('compile refuses', () => {
  it('calls that are not like the example, and calls after dispose', async () => {
    const [x, w] = [input(), weights()];
    const compiled = compile(step, [x, { w }]);
    expect(await failureOf(() => compiled.run(w, { w }))).toMatchInlineSnapshot(`
      "error COMPILE_SHAPE
        argument 0 is float32[2, 1]
        allowed: float32[3, 2], as in the example
        fix: compile the function once for each kind of call"
    `);
    expect(await failureOf(() => compiled.run(x, { v: w } as unknown as { w: tf.Tensor })))
      .toMatchInlineSnapshot(`
      "error COMPILE_SHAPE
        argument 1.w is missing
        allowed: float32[2, 1], as in the example
        fix: compile the function once for each kind of call"
    `);
    const more = { w, v: w };
    expect(await failureOf(() => compiled.run(x, more))).toMatchInlineSnapshot(`
      "error COMPILE_SHAPE
        argument 1.v is float32[2, 1]
        allowed: nothing of this name, as in the example
        fix: compile the function once for each kind of call"
    `);
    await compiled.dispose();
    await compiled.dispose();
    expect(await failureOf(() => compiled.run(x, { w }))).toMatchInlineSnapshot(`
      "error COMPILE_DISPOSED
        the compiled function has been disposed"
    `);
    tf.dispose([x, w]);
  });

  it('functions that read values, at once', async () => {
    const x = tf.tensor1d([1]);
    expect(await failureOf(() => compile((a: tf.Tensor) => tf.mul(a, a.dataSync()[0]!), [x])))
      .toMatchInlineSnapshot(`
      "error COMPILE_READ at compile.test.ts:LINE
        the values of an argument were read inside a compiled function
        fix: keep to tensors inside of steps: what a step does may depend on shapes, not on values"
    `);
    x.dispose();
  });

  it('providers that are not there, on the first run', async () => {
    const x = tf.tensor1d([1]);
    const compiled = compile((a: tf.Tensor) => tf.neg(a), [x], { provider: 'nothing' });
    expect(await failureOf(() => compiled.run(x))).toMatchInlineSnapshot(`
      "error EXECUTOR_PROVIDER
        ONNX Runtime has no execution provider "nothing" here
        allowed: cpu, webgpu"
    `);
    await compiled.dispose();
    x.dispose();
  });
});
