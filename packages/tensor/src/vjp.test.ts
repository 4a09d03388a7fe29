import * as tf from '@tensorflow/tfjs-core';
import type { TensorRecord } from '@mdpd/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { activation } from './activations.ts';
import { useBackend } from './backend.ts';
import { layerNorm } from './layer-norm.ts';
import { linear } from './linear.ts';
import { outputsAndVjp, valueAndGrads, vjp } from './vjp.ts';
import { withGradient } from './with-gradient.ts';

const values = (record: Readonly<TensorRecord>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, Array.from(tensor.dataSync())]));

describe.each(['cpu', 'wasm'] as const)('vjp on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const leaves = (expected: number, run: () => void): void => {
    const before = tf.memory().numTensors;
    run();
    expect(tf.memory().numTensors - before).toBe(expected);
  };

  it('gives the gradients of one output, with zeros for what does not matter', () => {
    const [x, w, unused] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4]), tf.tensor2d([[5, 6]])];
    const dy = tf.tensor1d([10, 100]);
    let gradients: TensorRecord = {};
    leaves(3, () => {
      gradients = vjp(({ x, w }) => ({ y: tf.mul(tf.mul(x!, x!), w!) }), { x, w, unused }, { y: dy });
    });
    expect(values(gradients)).toEqual({ x: [60, 1600], w: [10, 400], unused: [0, 0] });
    expect(gradients['unused']!.shape).toEqual([1, 2]);
    tf.dispose([x, w, unused, dy, gradients]);
  });

  it('sums over several outputs and leaves out those without a cotangent', () => {
    const [a, b] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
    const cotangents = { sum: tf.tensor1d([1, 10]), product: tf.tensor1d([1, 1]) };
    let gradients: TensorRecord = {};
    leaves(2, () => {
      gradients = vjp(
        ({ a, b }) => ({ sum: tf.add(a!, b!), product: tf.mul(a!, b!), ignored: tf.exp(a!) }),
        { a, b },
        cotangents,
      );
    });
    expect(values(gradients)).toEqual({ a: [4, 14], b: [2, 12] });
    tf.dispose([a, b, cotangents, gradients]);
  });

  it('returns outputs, inputs handed on included', () => {
    const x = tf.tensor1d([2, 3]);
    const mask = tf.tensor1d([7]);
    const dy = tf.tensor1d([1, 10]);
    let result = { outputs: {}, gradients: {} } as ReturnType<typeof outputsAndVjp>;
    leaves(4, () => {
      result = outputsAndVjp(({ x, mask }) => ({ y: x!, mask: mask! }), { x, mask }, { y: dy });
    });
    expect(values(result.outputs)).toEqual({ y: [2, 3], mask: [7] });
    expect(values(result.gradients)).toEqual({ x: [1, 10], mask: [0] });
    tf.dispose([result.outputs, result.gradients]);
    expect(values({ x, mask, dy })).toEqual({ x: [2, 3], mask: [7], dy: [1, 10] });
    tf.dispose([x, mask, dy]);
  });

  it('tells one tensor under two names apart', () => {
    const x = tf.tensor1d([2, 3]);
    const dy = tf.tensor1d([1, 1]);
    const gradients = vjp(({ a, b }) => ({ y: tf.mul(a!, tf.square(b!)) }), { a: x, b: x }, { y: dy });
    expect(values(gradients)).toEqual({ a: [4, 9], b: [8, 18] });
    tf.dispose([x, dy, gradients]);
  });

  it('chains blocks to the gradients of the whole', () => {
    const random = (shape: number[], seed: number): tf.Tensor =>
      tf.randomNormal(shape, 0, 1, 'float32', seed);
    const params = [0, 1, 2].map((i) => ({
      gamma: random([4], 10 * i + 1),
      beta: random([4], 10 * i + 2),
      weight: random([4, 4], 10 * i + 3),
      bias: random([4], 10 * i + 4),
    }));
    const block = (p: Readonly<TensorRecord>, x: tf.Tensor): tf.Tensor =>
      tf.add(
        x,
        activation('gelu')(linear(layerNorm(x, p['gamma']!, p['beta']!, 1e-6), p['weight']!, p['bias'])),
      );
    const x = random([3, 4], 99);
    const h = params.reduce((taps, p) => [...taps, block(p, taps.at(-1)!)], [x]);
    const dy = random([3, 4], 98);
    const flat = params.flatMap((p) => Object.values(p));
    const whole = tf.grads((input: tf.Tensor, ...w: tf.Tensor[]) =>
      [0, 1, 2].reduce((state, i) => {
        const [gamma, beta, weight, bias] = w.slice(4 * i, 4 * i + 4) as [
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
        ];
        return block({ gamma, beta, weight, bias }, state);
      }, input),
    )([x, ...flat], dy);
    let upstream = dy;
    for (const i of [2, 1, 0]) {
      const grads = vjp(({ h, ...p }) => ({ y: block(p, h!) }), { h: h[i]!, ...params[i]! }, { y: upstream });
      ['gamma', 'beta', 'weight', 'bias'].forEach((name, at) =>
        tf.test_util.expectArraysClose(grads[name]!.dataSync(), whole[1 + 4 * i + at]!.dataSync(), 1e-5),
      );
      upstream = grads['h']!;
    }
    tf.test_util.expectArraysClose(upstream.dataSync(), whole[0]!.dataSync(), 1e-5);
  });

  it('can be taken inside a gradient', () => {
    const recomputed = (x: tf.Tensor): tf.Tensor =>
      withGradient(
        { x },
        (save) => {
          save(x);
          return tf.square(x);
        },
        (dy, saved) => ({
          x: () => vjp(({ x }) => ({ y: tf.square(x!) }), { x: saved! }, { y: dy })['x']!,
        }),
      );
    const x = tf.tensor1d([2, 3]);
    let dx: tf.Tensor | undefined;
    leaves(1, () => {
      dx = tf.grad((v: tf.Tensor) => recomputed(recomputed(v)))(x);
    });
    expect(Array.from(dx!.dataSync())).toEqual([32, 108]);
    tf.dispose([x, dx!]);
  });

  it('gives a loss, its gradients and other results', () => {
    const [x, other] = [tf.tensor1d([1, 2]), tf.scalar(5)];
    let result: ReturnType<typeof valueAndGrads> | undefined;
    leaves(5, () => {
      result = valueAndGrads(
        ({ x }) => {
          const squares = tf.square(x!);
          return { loss: tf.sum(squares), aux: { squares, loss: tf.scalar(9) } };
        },
        { x, other },
      );
    });
    const { loss, aux, grads } = result!;
    expect(loss.shape).toEqual([]);
    expect(values({ loss })).toEqual({ loss: [5] });
    expect(values(aux)).toEqual({ squares: [1, 4], loss: [9] });
    expect(values(grads)).toEqual({ x: [2, 4], other: [0] });
    tf.dispose([x, other, loss, aux, grads]);
  });

  it('leaves nothing behind when the function throws, or a cotangent does not fit', () => {
    const x = tf.tensor1d([1, 2]);
    const failing = (): TensorRecord => {
      tf.square(x);
      throw new Error('no');
    };
    leaves(0, () => expect(() => vjp(failing, { x }, { y: x })).toThrow('no'));
    const square = ({ x }: Readonly<TensorRecord>): TensorRecord => ({ y: tf.square(x!) });
    leaves(0, () =>
      tf.tidy(() => {
        expect(() => vjp(square, { x }, { y: tf.scalar(1) })).toThrow(
          'cotangent of y: Shapes 2 and  must match',
        );
        expect(() => vjp(square, { x }, { z: x })).toThrow(
          'there is no output z for the cotangent of that name',
        );
      }),
    );
    x.dispose();
  });
});
