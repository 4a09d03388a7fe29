import * as tf from '@tensorflow/tfjs-core';
import type { Executor, Generation, PreparedFunction, PrepareOptions, TensorRecord } from '@mdpd/core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answersOf, generate, generationOf, generationWith, prepareGenerator } from './generate.ts';
import { hostTensor } from './host.ts';
import { cpuExecutor, wasmExecutor } from './portable-executors.ts';

const [V, end, padding, first] = [7, 1, 5, 2];
const answer = { ids: 'decoder_input_ids', mask: 'decoder_attention_mask' };

/**
 * After token t comes `params.next[t]`, unless the text says otherwise: at the position of its `stop`, the end. The cache
 * keeps the tokens, so that what was written there can be looked at.
 */
const follow: Generation<TensorRecord> = {
  first,
  ends: [end],
  padding,
  answer,
  encode: (_params, input) => ({ stop: input['stop']! }),
  start: (memory, tokens) => ({ seen: tf.zeros([memory['stop']!.shape[0]!, tokens], 'int32') }),
  step: (params, memory, cache, tokens, position) => {
    const places = tf.tensor1d(
      Array.from({ length: cache['seen']!.shape[1]! }, (_, at) => at),
      'int32',
    );
    const here = tf.cast(tf.equal(places, position), 'int32');
    const after = tf.gather(params['next']!, tokens as tf.Tensor1D);
    const stops = tf.equal(memory['stop']!, position);
    const chosen = tf.where(stops, tf.fill(after.shape, end, 'int32'), tf.cast(after, 'int32'));
    return {
      logits: tf.mul(tf.oneHot(chosen as tf.Tensor1D, V, 1, 0, 'float32'), 3),
      cache: { seen: tf.add(cache['seen']!, tf.mul(tf.expandDims(tokens, 1), here)) },
    };
  },
};
const next = [3, 1, 3, 4, 6, 3, 0];
const params = (): TensorRecord => ({ next: tf.tensor1d(next, 'int32') });
const input = (...stops: number[]): TensorRecord => ({ stop: tf.tensor1d(stops, 'int32') });
const rowsOf = ({ data, shape }: { data: ArrayLike<number>; shape: readonly number[] }): number[][] =>
  Array.from({ length: shape[0]! }, (_, row) =>
    Array.from(data).slice(row * shape[1]!, (row + 1) * shape[1]!),
  );

describe.each([
  ['cpu', cpuExecutor],
  ['wasm', wasmExecutor],
] as const)('greedy answers on %s', (_name, provider) => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await provider.start();
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('go on from the last token, end at the end, and are padded after it', async () => {
    const ids = await generate(executor, follow, params(), input(2, 9, 0, 3), { maxNewTokens: 6 });
    expect(ids.shape).toEqual([4, 6]);
    expect(rowsOf(ids)).toEqual([
      [3, 4, end, padding, padding, padding],
      [3, 4, 6, 0, 3, 4],
      [end, padding, padding, padding, padding, padding],
      [3, 4, 6, end, padding, padding],
    ]);
    expect(answersOf(ids, [end])).toEqual([[3, 4], [3, 4, 6, 0, 3, 4], [], [3, 4, 6]]);
  });

  it('take as many steps as the longest needs', async () => {
    const names: string[] = [];
    const counting: Executor = {
      ...executor,
      prepare: <Args extends readonly unknown[], Result>(
        name: string,
        fn: (...args: Args) => Result,
        options?: PrepareOptions,
      ): PreparedFunction<Args, Result> => {
        const run = executor.prepare(name, fn, options);
        const call = (...args: Args): Promise<Result> => {
          names.push(name);
          return run(...args);
        };
        return Object.assign(call, { release: () => run.release() });
      },
    };
    await generate(counting, follow, params(), input(1, 2), { maxNewTokens: 50 });
    expect(names).toEqual(['generate: encode', ...Array<string>(3).fill('generate: step')]);
  });

  it('end at any of several ends', async () => {
    const ids = await generate(executor, { ...follow, ends: [6, end] }, params(), input(9, 0), {
      maxNewTokens: 4,
    });
    expect(rowsOf(ids)).toEqual([
      [3, 4, 6, padding],
      [end, padding, padding, padding],
    ]);
  });

  it('are prepared once for many batches, and leave nothing behind', async () => {
    const generator = prepareGenerator(executor, follow, { maxNewTokens: 3 });
    const [given, texts, others] = [params(), input(1), input(0, 2)];
    const before = tf.memory().numTensors;
    expect(rowsOf(await generator.run(given, texts))).toEqual([[3, end, padding]]);
    expect(rowsOf(await generator.run(given, others))).toHaveLength(2);
    await generator.release();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leave nothing behind where a step fails', async () => {
    const failing: Generation<TensorRecord> = {
      ...follow,
      step: () => {
        throw new Error('no step');
      },
    };
    const [given, texts] = [params(), input(1)];
    const before = tf.memory().numTensors;
    await expect(generate(executor, failing, given, texts, { maxNewTokens: 3 })).rejects.toThrow('no step');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('of a model whose parameters are made of others', async () => {
    const merged = generationWith(follow, ({ a, b }: TensorRecord) => ({ next: tf.add(a!, b!) }));
    const halves: TensorRecord = {
      a: tf.tensor1d(
        next.map((id) => id - 1),
        'int32',
      ),
      b: tf.ones([V], 'int32'),
    };
    const ids = await generate(executor, merged, halves, input(2), { maxNewTokens: 3 });
    expect(rowsOf(ids)).toEqual([[3, 4, end]]);
  });

  it('of a model as a whole: it sees the answer so far, and a mask of it', async () => {
    const seen: string[] = [];
    /** After token t comes `next[t]`; after as many tokens as the text's `stop`, the end. */
    const whole = generationOf(follow, ({ next: table }: TensorRecord, given) => {
      seen.push(Object.keys(given).sort().join());
      const [ids, mask] = [given[answer.ids]!, given[answer.mask]!];
      const counts = tf.cumsum(mask, 1);
      const stops = tf.equal(counts, tf.add(tf.expandDims(given['stop']!, 1), tf.scalar(1, 'int32')));
      const after = tf.cast(tf.gather(table!, ids as tf.Tensor1D), 'int32');
      return tf.oneHot(tf.where(stops, tf.onesLike(after), after) as tf.Tensor1D, V, 1, 0, 'float32');
    });
    const texts = { ...input(2, 9), [answer.ids]: tf.fill([2, 9], 4, 'int32') };
    const ids = await generate(executor, whole, params(), texts, { maxNewTokens: 4 });
    expect(rowsOf(ids)).toEqual([
      [3, 4, end, padding],
      [3, 4, 6, 0],
    ]);
    expect(new Set(seen)).toEqual(new Set(['decoder_attention_mask,decoder_input_ids,stop']));
  });
});

it('reads answers out of rows', () => {
  expect(answersOf(hostTensor([4, 1, 0, 1, 0, 0, 4, 3, 6], [3, 3], 'int32'), [1, 6])).toEqual([
    [4],
    [],
    [4, 3],
  ]);
});
