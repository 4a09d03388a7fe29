import * as tf from '@tensorflow/tfjs-core';
import { type Executor, type HostTensor, type TensorRecord } from '@mdpd/core';
import { adamW } from '@mdpd/tensor/adamw';
import { useBackend } from '@mdpd/tensor/backend';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { valueAndGrads } from '@mdpd/tensor/vjp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onnxruntimeExecutor } from './onnxruntime-executor.ts';
import { backendName, registerOp } from './ops/registry.ts';
import { difference, wave, type Numbers } from './testing/run-graph.ts';
import { failureOf } from './testing/told.ts';
import { traceBackend } from './trace-backend.ts';

/** An operator that ONNX Runtime does not have. */
const broken = (x: tf.Tensor): tf.Tensor => tf.engine().runKernel('TestBroken', { x });
registerOp('TestBroken', (b, { x }) => b.node('NoSuchOperator', [x!], x!.shape, 'float32'));

let executor: Executor;
beforeAll(async () => {
  await useBackend('cpu');
  executor = await onnxruntimeExecutor.start({ threads: 1 });
});
afterAll(() => executor.stop());

const floats = (...values: number[]): HostTensor => ({
  data: Float32Array.from(values),
  shape: [values.length],
  dtype: 'float32',
});

const read = async (tensor: tf.Tensor, from = executor): Promise<number[]> =>
  Array.from((await from.read(tensor)).data);

/** The buffer in the executor that holds a tensor's values. */
const bufferOf = (tensor: tf.Tensor): number =>
  (traceBackend().storedOf(tensor) as unknown as { readonly id: number }).id;

const uploadAll = (to: Executor, record: Readonly<Record<string, Numbers>>): TensorRecord =>
  Object.fromEntries(Object.entries(record).map(([name, numbers]) => [name, to.upload(numbers)]));

interface State {
  readonly params: TensorRecord;
  readonly moments: TensorRecord;
}

const shapes = {
  'in.weight': [16, 6],
  'in.bias': [16],
  'out.weight': [3, 16],
  'out.bias': [3],
  other: [50, 45],
};

/** A few layers, their gradients and an AdamW update. */
function step(state: State, x: tf.Tensor): { state: State; loss: tf.Tensor } {
  const { loss, grads } = valueAndGrads((p) => {
    const hidden = tf.tanh(tf.add(tf.matMul(x, p['in.weight']!, false, true), p['in.bias']!));
    const output = tf.add(tf.matMul(hidden, p['out.weight']!, false, true), p['out.bias']!);
    return { loss: tf.add(tf.mean(tf.square(output)), tf.mean(tf.square(p['other']!))) };
  }, state.params);
  const { params, moments } = adamW(state.params, grads, state.moments, {
    step: tf.scalar(3),
    learningRate: () => tf.scalar(0.01),
    weightDecay: (name) => (name.endsWith('weight') ? 0.1 : 0),
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  });
  return { state: { params, moments }, loss };
}

const firstState = (to: Executor): State => ({
  params: uploadAll(
    to,
    Object.fromEntries(Object.entries(shapes).map(([name, shape], i) => [name, wave(shape, i)])),
  ),
  moments: uploadAll(
    to,
    Object.fromEntries(
      Object.entries(shapes).flatMap(([name, shape], i) => {
        const v = wave(shape, i + 9);
        return [
          [`${name}.m`, wave(shape, i + 5)],
          [`${name}.v`, { ...v, data: Float32Array.from(v.data, Math.abs) }],
        ];
      }),
    ),
  ),
});

const tensorsOf = (state: State): tf.Tensor[] => [
  ...Object.values(state.params),
  ...Object.values(state.moments),
];

interface Training {
  readonly values: number[][];
  readonly losses: number[];
  readonly counts: string[];
  readonly buffers: number[][];
}

/** Some steps, and what they left. */
async function trainOn(on: Executor, steps: number, donates: boolean): Promise<Training> {
  const run = on.prepare('step', step, donates ? { donate: { argument: 0, result: 'state' } } : {});
  let state = firstState(on);
  const result: Training = { values: [], losses: [], counts: [], buffers: [] };
  for (let i = 0; i < steps; i++) {
    const x = on.upload(wave([8, 6], i));
    const { state: next, loss } = await run(state, x);
    tf.dispose([...tensorsOf(state), x]);
    state = next;
    result.losses.push((await read(loss, on))[0]!);
    loss.dispose();
    const { liveBytes, liveTensors } = on.memory();
    result.counts.push(`${liveTensors} tensors, ${liveBytes} bytes`);
    if (on.name === 'onnxruntime') result.buffers.push(tensorsOf(state).map(bufferOf));
  }
  for (const tensor of tensorsOf(state)) {
    result.values.push(await read(tensor, on));
    tensor.dispose();
  }
  await run.release();
  return result;
}

describe('a training step', () => {
  it('equals the cpu backend, donated or not, and keeps count and bytes of its tensors', async () => {
    const cpu = await cpuExecutor.start();
    const expected = await trainOn(cpu, 10, false);
    const before = executor.memory();
    const copied = await trainOn(executor, 10, false);
    const donated = await trainOn(executor, 10, true);
    for (const { values, losses, counts } of [copied, donated]) {
      values.forEach((value, index) => expect(difference(value, expected.values[index]!)).toBeLessThan(1e-5));
      expect(difference(losses, expected.losses)).toBeLessThan(1e-5);
      expect(new Set(counts).size).toBe(1);
    }
    // In place is the same arithmetic, to the last bit.
    expect(donated.values).toEqual(copied.values);
    expect(executor.memory()).toEqual(before);
  });

  it('writes donated state in place: the same buffers after every step, where no loss still reads the old value', async () => {
    const { buffers } = await trainOn(executor, 4, true);
    const moved = buffers[3]!.flatMap((buffer, index) => (buffer === buffers[0]![index] ? [] : [index]));
    expect(moved).toEqual([Object.keys(shapes).indexOf('other')]);
    const copied = await trainOn(executor, 2, false);
    expect(copied.buffers[1]!.some((buffer) => copied.buffers[0]!.includes(buffer))).toBe(false);
  });

  it('gives the same bytes every time, with one thread and with two, and here also across both', async () => {
    const two = await onnxruntimeExecutor.start({ threads: 2 });
    const runs = [
      await trainOn(executor, 5, true),
      await trainOn(executor, 5, true),
      await trainOn(two, 5, true),
      await trainOn(two, 5, true),
    ];
    await two.stop();
    const texts = runs.map(({ values, losses }) => JSON.stringify([values, losses]));
    expect(texts[1]).toBe(texts[0]);
    expect(texts[3]).toBe(texts[2]);
    expect(texts[2]).toBe(texts[0]);
  });
});

describe('prepared functions', () => {
  it('make a graph for every shape that comes', async () => {
    const run = executor.prepare('double', (x: tf.Tensor) => tf.mul(x, 2));
    for (const values of [[1], [1, 2, 3], [5], [4, 5, 6]]) {
      const x = executor.upload(floats(...values));
      const y = await run(x);
      expect(await read(y)).toEqual(values.map((value) => 2 * value));
      tf.dispose([x, y]);
    }
    await run.release();
  });

  it('read tensors of the executor that they close over, with the values that these have', async () => {
    const weights = executor.upload(floats(10, 20));
    const run = executor.prepare('scale', (x: tf.Tensor) => ({ y: tf.mul(x, weights), weights }));
    const x = executor.upload(floats(1, 2));
    const first = await run(x);
    expect(await read(first.y)).toEqual([10, 40]);
    expect(bufferOf(first.weights)).toBe(bufferOf(weights));
    tf.dispose(first);
    expect(await read(weights)).toEqual([10, 20]);
    tf.dispose([x, weights]);
    await run.release();
  });

  it('hand on inputs that come back as they are, each to be disposed by itself', async () => {
    const before = executor.memory();
    const run = executor.prepare('pass', (x: tf.Tensor, y: tf.Tensor) => ({
      x,
      again: x,
      sum: tf.add(x, y),
    }));
    const only = executor.prepare('only', (x: tf.Tensor) => x);
    const [x, y] = [executor.upload(floats(1, 2)), executor.upload(floats(3, 4))];
    const result = await run(x, y);
    const same = await only(x);
    tf.dispose([x, y]);
    expect(await read(result.x)).toEqual([1, 2]);
    result.x.dispose();
    expect([await read(result.again), await read(result.sum), await read(same)]).toEqual([
      [1, 2],
      [4, 6],
      [1, 2],
    ]);
    tf.dispose([result.again, result.sum, same]);
    expect(executor.memory()).toEqual(before);
    await run.release();
    await only.release();
  });

  it('return scalars, integers, truth values, constants, empty tensors, and one value under two names', async () => {
    const run = executor.prepare('kinds', (x: tf.Tensor) => {
      const square = tf.square(x);
      return {
        sum: tf.sum(x),
        top: tf.argMax(x),
        large: tf.greater(x, 1),
        constant: tf.fill([2], 7, 'int32'),
        flag: tf.scalar(true),
        empty: tf.slice(x, 0, 0),
        square,
        squareAgain: square,
        list: [tf.neg(x), 'text'],
      };
    });
    const x = executor.upload(floats(1, 3, 2));
    const { list, ...result } = await run(x);
    const all: Record<string, unknown> = {};
    for (const [name, tensor] of Object.entries(result)) {
      const { data, shape, dtype } = await executor.read(tensor);
      all[name] = `${dtype}[${shape.join(',')}] ${Array.from(data).join(' ')} ${data.constructor.name}`;
    }
    expect(all).toEqual({
      sum: 'float32[] 6 Float32Array',
      top: 'int32[] 1 Int32Array',
      large: 'bool[3] 0 1 1 Uint8Array',
      constant: 'int32[2] 7 7 Int32Array',
      flag: 'bool[] 1 Uint8Array',
      empty: 'float32[0]  Float32Array',
      square: 'float32[3] 1 9 4 Float32Array',
      squareAgain: 'float32[3] 1 9 4 Float32Array',
    });
    expect(await read(list[0] as tf.Tensor)).toEqual([-1, -3, -2]);
    expect(list[1]).toBe('text');
    tf.dispose([x, result, list[0] as tf.Tensor]);
    await run.release();
  });

  it('take integers and truth values, and functions without tensors', async () => {
    const run = executor.prepare('choose', (i: tf.Tensor, flags: tf.Tensor) => tf.where(flags, i, tf.neg(i)));
    const i = executor.upload({ data: Int32Array.of(1, 2), shape: [2], dtype: 'int32' });
    const flags = executor.upload({ data: Uint8Array.of(0, 1), shape: [2], dtype: 'bool' });
    const y = await run(i, flags);
    expect(await executor.read(y)).toEqual({ data: Int32Array.of(-1, 2), shape: [2], dtype: 'int32' });
    const made = executor.prepare('made', (n: number) => tf.range(0, n));
    const [three, two] = [await made(3), await made(2)];
    expect([await read(three), await read(two)]).toEqual([
      [0, 1, 2],
      [0, 1],
    ]);
    tf.dispose([i, flags, y, three, two]);
    await run.release();
    await made.release();
  });

  it('take tensors of other backends and other executors', async () => {
    const other = await onnxruntimeExecutor.start({ threads: 1 });
    // Numbers of buffers in both executors are alike; values are not.
    const decoy = executor.upload(floats(-1, -1));
    const theirs = other.upload(floats(5, 6));
    await tf.setBackend('cpu');
    const eager = tf.tensor1d([10, 20]);
    const run = executor.prepare('mixed', (a: tf.Tensor, b: tf.Tensor) => tf.add(a, tf.mul(b, theirs)));
    const y = await run(theirs, eager);
    expect(await read(y)).toEqual([55, 126]);
    expect(Array.from(eager.dataSync())).toEqual([10, 20]);
    expect(await read(theirs, other)).toEqual([5, 6]);
    tf.dispose([y, eager, theirs, decoy]);
    await run.release();
    await other.stop();
  });

  it("keep the caller's array, and free everything", async () => {
    const before = executor.memory();
    const host = floats(1, 2);
    const x = executor.upload(host);
    host.data[0] = 9;
    expect(await read(x)).toEqual([1, 2]);
    await tf.setBackend(backendName);
    const clone = tf.clone(x);
    x.dispose();
    expect(await read(clone)).toEqual([1, 2]);
    clone.dispose();
    expect(executor.memory()).toEqual(before);
  });
});

describe('donated state is not overwritten where something still needs it', () => {
  it('when the old value is a result too', async () => {
    const run = executor.prepare(
      'both',
      (state: TensorRecord) => ({ state: { w: tf.add(state['w']!, 1) }, old: state['w']! }),
      { donate: { argument: 0, result: 'state' } },
    );
    const w = executor.upload(floats(1, 2));
    const { state, old } = await run({ w });
    expect([await read(state.w), await read(old)]).toEqual([
      [2, 3],
      [1, 2],
    ]);
    tf.dispose([w, state.w, old]);
    await run.release();
  });

  it('when one tensor comes under two names', async () => {
    const run = executor.prepare(
      'twice',
      (state: TensorRecord) => ({
        state: { a: tf.mul(state['a']!, 2), b: tf.add(tf.mul(state['a']!, 100), state['b']!) },
      }),
      { donate: { argument: 0, result: 'state' } },
    );
    const w = executor.upload(floats(1, 2));
    const { state } = await run({ a: w, b: w });
    expect([await read(state.a), await read(state.b)]).toEqual([
      [2, 4],
      [101, 202],
    ]);
    tf.dispose([w, state]);
    await run.release();
  });

  it('when two tensors change places', async () => {
    const run = executor.prepare(
      'swap',
      (state: TensorRecord) => ({ state: { a: tf.add(state['b']!, 0.5), b: tf.add(state['a']!, 0.25) } }),
      { donate: { argument: 0, result: 'state' } },
    );
    const [a, b] = [executor.upload(floats(1, 2)), executor.upload(floats(30, 40))];
    const { state } = await run({ a, b });
    expect([await read(state.a), await read(state.b)]).toEqual([
      [30.5, 40.5],
      [1.25, 2.25],
    ]);
    tf.dispose([a, b, state]);
    await run.release();
  });
});

describe('failures', () => {
  it('of a step name what ONNX Runtime says, leave nothing behind, and the executor goes on', async () => {
    const run = executor.prepare('look up', (x: tf.Tensor, i: tf.Tensor) => tf.gather(x, i as tf.Tensor1D));
    const x = executor.upload(floats(1, 2));
    const [wrong, right] = [7, 1].map((index) =>
      executor.upload({ data: Int32Array.of(index), shape: [1], dtype: 'int32' }),
    );
    const before = executor.memory();
    expect(await failureOf(() => run(x, wrong!))).toMatchInlineSnapshot(`
      "error EXECUTOR_FAILED
        ONNX Runtime: Non-zero status code returned while running Gather node. Name:'out.' Status Message: indices element out of data bounds, idx=7 must be within the inclusive range [-2,1]"
    `);
    expect(executor.memory()).toEqual(before);
    const y = await run(x, right!);
    expect(await read(y)).toEqual([2]);
    tf.dispose([x, y, wrong!, right!]);
    await run.release();
  });

  it('of a step that needs more memory than there is say what to do, and the executor goes on', async () => {
    const side = 1_000_000;
    const run = executor.prepare('huge', (x: tf.Tensor) =>
      tf.sum(tf.exp(tf.add(tf.reshape(x, [side, 1]), tf.reshape(x, [1, side])))),
    );
    const x = executor.upload({ data: new Float32Array(side), shape: [side], dtype: 'float32' });
    const error = await failureOf(() => run(x));
    expect(error).toMatch(
      /^error EXECUTOR_MEMORY\n {2}ONNX Runtime: .*\n {2}fix: a smaller train\.batchSize/,
    );
    expect(await read(x)).toHaveLength(side);
    x.dispose();
    await run.release();
  });

  it('of a graph that ONNX Runtime does not take', async () => {
    const run = executor.prepare('broken', broken);
    const x = executor.upload(floats(1));
    expect(await failureOf(() => run(x))).toMatchInlineSnapshot(`
      "error EXECUTOR_FAILED
        ONNX Runtime: This is an invalid model. In Node, ("out.", NoSuchOperator, "", -1) : ("in.0": tensor(float),) -> ("out.": tensor(float),) , Error No Op registered for NoSuchOperator with domain_version of 20"
    `);
    x.dispose();
  });

  it('of reading at once, which another thread cannot do', async () => {
    const x = executor.upload(floats(1));
    expect(await failureOf(() => x.dataSync())).toMatchInlineSnapshot(`
      "error COMPILE_SYNC at compiled-executor.test.ts:LINE
        the values of a tensor are asked for at once, but are in another thread
        fix: await executor.read(tensor) or tensor.data()"
    `);
    expect(Array.from(await x.data())).toEqual([1]);
    x.dispose();
  });

  it('of a stopped executor: what runs ends, what comes is refused, what is freed is no matter', async () => {
    const other = await onnxruntimeExecutor.start({ threads: 1 });
    const run = other.prepare('long', (x: tf.Tensor) => {
      let y = x;
      for (let i = 0; i < 40; i++) y = tf.tanh(tf.matMul(y, x));
      return y;
    });
    const x = other.upload(wave([400, 400]));
    await (await run(x)).data();
    const pending = failureOf(() => run(x));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await other.stop();
    expect(await pending).toMatchInlineSnapshot(`
      "error EXECUTOR_STOPPED
        the executor has been stopped"
    `);
    expect(await failureOf(() => run(x))).toBe(await pending);
    expect(await failureOf(() => other.read(x))).toBe(await pending);
    x.dispose();
    expect(await failureOf(() => run.release())).toBe('nothing');
    expect(await failureOf(() => other.stop())).toBe('nothing');
  });
});

it('names a provider that is not there, and those that are', async () => {
  expect(await failureOf(() => onnxruntimeExecutor.start({ provider: 'cpuu' }))).toMatchInlineSnapshot(`
    "error EXECUTOR_PROVIDER
      ONNX Runtime has no execution provider "cpuu" here
      allowed: cpu, webgpu
      fix: did you mean "cpu"?"
  `);
});
