/**
 * The native library itself, where the environment variable MDPD_TFJS_NODE names a folder with it (see
 * tools/oracles/tfjs-node). Elsewhere tensorflow-executor.test.ts tests what surrounds it.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Executor, HostTensor } from '@mdpd/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { activation } from './activations.ts';
import { adamW } from './adamw.ts';
import { attention } from './attention.ts';
import { hostTensor } from './host.ts';
import { layerNorm } from './layer-norm.ts';
import { linear } from './linear.ts';
import { crossEntropy, distillationKl } from './losses.ts';
import { cpuExecutor } from './portable-executors.ts';
import { tensorflowExecutor } from './tensorflow-executor.ts';
import { valueAndGrads } from './vjp.ts';

const wave = (shape: readonly number[], phase: number): HostTensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return hostTensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + phase)),
    shape,
  );
};

const shapes: Readonly<Record<string, readonly number[]>> = {
  gamma: [8],
  beta: [8],
  q: [8, 8],
  k: [8, 8],
  v: [8, 8],
  bias: [8],
  head: [3, 8],
};

type State = Readonly<Record<'params' | 'moments', Record<string, tf.Tensor>>>;

/** A block, a head, both losses, their gradients and an AdamW update. */
function step(state: State, x: tf.Tensor, labels: tf.Tensor): { state: State; loss: tf.Tensor } {
  const { loss, grads } = valueAndGrads((p) => {
    const normal = layerNorm(x, p['gamma']!, p['beta']!, 1e-6);
    const [q, k, v] = ['q', 'k', 'v'].map((name) => linear(normal, p[name]!, p['bias']!));
    const mixed = activation('gelu')(tf.add(x, attention(q!, k!, v!, { heads: 2 })));
    const logits = linear(tf.reshape(tf.slice(mixed, [0, 0, 0], [-1, 1, -1]), [4, 8]), p['head']!);
    const teacher = tf.mul(logits.shape[1]!, tf.oneHot(labels as tf.Tensor1D, 3));
    return { loss: tf.mean(tf.add(crossEntropy(logits, labels), distillationKl(logits, teacher, 2))) };
  }, state.params);
  const updated = adamW(state.params, grads, state.moments, {
    step: tf.scalar(3),
    learningRate: () => tf.scalar(0.01),
    weightDecay: () => 0.1,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  });
  return { state: { params: updated.params, moments: updated.moments }, loss };
}

function firstState(executor: Executor): State {
  const make = (suffixes: readonly string[], change: (value: number) => number): Record<string, tf.Tensor> =>
    Object.fromEntries(
      suffixes.flatMap((suffix, s) =>
        Object.entries(shapes).map(([name, shape], i) => {
          const { data } = wave(shape, i + 7 * s);
          return [name + suffix, executor.upload(hostTensor(Float32Array.from(data, change), shape))];
        }),
      ),
    );
  return { params: make([''], (value) => value), moments: make(['.m', '.v'], Math.abs) };
}

const tensorsOf = (state: State): tf.Tensor[] => Object.values(state).flatMap((part) => Object.values(part));

interface Training {
  readonly numbers: readonly number[];
  readonly liveTensors: readonly number[];
}

async function train(executor: Executor, steps: number): Promise<Training> {
  const run = executor.prepare('step', step);
  const labels = executor.upload(hostTensor([0, 2, 1, 1], [4], 'int32'));
  let state = firstState(executor);
  const [numbers, liveTensors]: [number[], number[]] = [[], []];
  for (let i = 0; i < steps; i++) {
    const x = executor.upload(wave([4, 5, 8], i));
    const { state: next, loss } = await run(state, x, labels);
    numbers.push((await executor.read(loss)).data[0]!);
    tf.dispose([...tensorsOf(state), x, loss]);
    state = next;
    liveTensors.push(executor.memory().liveTensors);
  }
  for (const tensor of tensorsOf(state)) numbers.push(...(await executor.read(tensor)).data);
  tf.dispose([...tensorsOf(state), labels]);
  return { numbers, liveTensors };
}

describe.skipIf(!process.env['MDPD_TFJS_NODE'])('native TensorFlow', () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await tensorflowExecutor.start();
  });

  it('says what it is', async () => {
    const { available, reason, threads } = await tensorflowExecutor.probe();
    expect(available).toBe(true);
    expect(reason).toBe(executor.description);
    expect(reason).toMatch(/^@tensorflow\/tfjs-node(-gpu)? 4\.22\.0, \d+ threads$/);
    expect(executor.threads).toBe(threads);
  });

  it('keeps results only, each one its own, and what it uploads', async () => {
    const before = executor.memory();
    const values = Float32Array.of(1, 2);
    const x = executor.upload(hostTensor(values, [2]));
    values.fill(9);
    const run = executor.prepare('twice', (t: tf.Tensor) => {
      const y = tf.add(tf.square(t), 0);
      return { t, y, again: y, large: tf.greater(t, 1), rank: tf.argMax(t) };
    });
    const result = await run(x);
    x.dispose();
    expect([await executor.read(result.t), await executor.read(result.again)]).toEqual([
      hostTensor([1, 2], [2]),
      hostTensor([1, 4], [2]),
    ]);
    expect([await executor.read(result.large), await executor.read(result.rank)]).toEqual([
      hostTensor([0, 1], [2], 'bool'),
      hostTensor([1], [], 'int32'),
    ]);
    tf.dispose(result);
    expect(executor.memory()).toEqual(before);
  });

  it('trains as plain JavaScript does, and leaves nothing behind', async () => {
    const before = executor.memory();
    const native = await train(executor, 20);
    expect(new Set(native.liveTensors).size).toBe(1);
    expect(executor.memory()).toEqual(before);
    const plain = await train(await cpuExecutor.start(), 20);
    expect(native.numbers).toHaveLength(20 + 3 * (8 + 8 + 64 * 3 + 8 + 24));
    const apart = native.numbers.map((value, i) => Math.abs(value - plain.numbers[i]!));
    expect(Math.max(...apart)).toBeLessThan(1e-4);
  });

  it('differentiates products of a batch with a matrix', async () => {
    const run = executor.prepare('product', (a: tf.Tensor, b: tf.Tensor) =>
      valueAndGrads((p) => ({ loss: tf.sum(tf.matMul(p['a']!, p['b']!)) }), { a, b }),
    );
    const [a, b] = [executor.upload(wave([2, 3, 4], 0)), executor.upload(wave([4, 5], 0))];
    const { grads } = await run(a, b);
    expect([grads['a']!.shape, grads['b']!.shape]).toEqual([
      [2, 3, 4],
      [4, 5],
    ]);
    tf.dispose([a, b]);
  });
});
