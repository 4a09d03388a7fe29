/**
 * Greedy answers on any executor: the encoder once, then one graph for every step, until all answers have ended.
 *
 * Letters: B batch, T most tokens of an answer, V vocabulary.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Executor, Generation, HostTensor, Params, PreparedFunction, TensorRecord } from '@mdpd/core';
import { hostTensor } from './host.ts';

export interface GenerateOptions {
  /** T, the end included. */
  readonly maxNewTokens: number;
}

/** What a step replaces. */
interface Progress {
  readonly cache: TensorRecord;
  /** The last token of every answer, [B] int32. */
  readonly token: tf.Tensor;
  /** Whether an answer has ended, [B] int32. */
  readonly done: tf.Tensor;
  /** Where `token` stands, int32 scalar. */
  readonly position: tf.Tensor;
}

export interface Generator<P> {
  /**
   * Ids of the answers, [B, T] int32: each up to and with the token that ends it, then padding. `params` and `input` stay
   * the caller's.
   */
  run(params: P, input: Readonly<TensorRecord>): Promise<HostTensor>;
  /** Frees what was prepared, once. */
  release(): Promise<void>;
}

/** Prepares greedy answers of at most `maxNewTokens` tokens: for every step the token with the largest logit. */
export function prepareGenerator<P = Params>(
  executor: Executor,
  generation: Generation<P>,
  { maxNewTokens }: GenerateOptions,
): Generator<P> {
  const begin = executor.prepare('generate: encode', (params: P, input: Readonly<TensorRecord>) =>
    beginning(generation, params, input, maxNewTokens),
  );
  // The cache is as large as all its steps together: each takes over the memory of the one before.
  const step = executor.prepare(
    'generate: step',
    (params: P, memory: Readonly<TensorRecord>, progress: Progress) => ({
      progress: next(generation, params, memory, progress),
    }),
    { donate: { argument: 2, result: 'progress' } },
  );
  return {
    run: (params, input) => run({ executor, generation, begin, step, maxNewTokens }, params, input),
    release: async () => {
      await Promise.all([begin.release(), step.release()]);
    },
  };
}

/** Answers of one batch, as `Generator.run` gives them. */
export async function generate<P = Params>(
  executor: Executor,
  generation: Generation<P>,
  params: P,
  input: Readonly<TensorRecord>,
  options: GenerateOptions,
): Promise<HostTensor> {
  const generator = prepareGenerator(executor, generation, options);
  try {
    return await generator.run(params, input);
  } finally {
    await generator.release();
  }
}

function beginning<P>(
  generation: Generation<P>,
  params: P,
  input: Readonly<TensorRecord>,
  tokens: number,
): { memory: TensorRecord; progress: Progress } {
  const [batch] = Object.values(input)[0]!.shape as [number];
  const memory = generation.encode(params, input);
  return {
    memory,
    progress: {
      cache: generation.start(memory, tokens),
      token: tf.fill([batch], generation.first, 'int32'),
      done: tf.zeros([batch], 'int32'),
      position: tf.scalar(0, 'int32'),
    },
  };
}

function next<P>(
  { step, ends, padding }: Generation<P>,
  params: P,
  memory: Readonly<TensorRecord>,
  { cache, token, done, position }: Progress,
): Progress {
  const after = step(params, memory, cache, token, position);
  const likeliest = tf.argMax(after.logits, -1);
  const ended = tf.greater(done, tf.scalar(0, 'int32'));
  const chosen = tf.where(ended, tf.fill(token.shape, padding, 'int32'), likeliest);
  const isEnd = ends.map((end) => tf.equal(chosen, tf.scalar(end, 'int32')));
  return {
    cache: after.cache,
    token: chosen,
    done: tf.cast(
      [ended, ...isEnd].reduce((a, b) => tf.logicalOr(a, b)),
      'int32',
    ),
    position: tf.add(position, tf.scalar(1, 'int32')),
  };
}

interface Prepared<P> {
  readonly executor: Executor;
  readonly generation: Generation<P>;
  readonly begin: PreparedFunction<[P, Readonly<TensorRecord>], { memory: TensorRecord; progress: Progress }>;
  readonly step: PreparedFunction<[P, Readonly<TensorRecord>, Progress], { progress: Progress }>;
  readonly maxNewTokens: number;
}

async function run<P>(
  { executor, generation, begin, step, maxNewTokens }: Prepared<P>,
  params: P,
  input: Readonly<TensorRecord>,
): Promise<HostTensor> {
  const begun = await begin(params, input);
  let { progress } = begun;
  const batch = progress.token.shape[0]!;
  const ids = new Int32Array(batch * maxNewTokens).fill(generation.padding);
  const open = new Set(Array(batch).keys());
  try {
    for (let at = 0; at < maxNewTokens && open.size > 0; at++) {
      const before = progress;
      ({ progress } = await step(params, begun.memory, before));
      disposeAll(before);
      const { data } = await executor.read(progress.token);
      for (const row of [...open]) {
        ids[row * maxNewTokens + at] = data[row]!;
        if (generation.ends.includes(data[row]!)) open.delete(row);
      }
    }
  } finally {
    disposeAll(progress);
    tf.dispose(begun.memory);
  }
  return hostTensor(ids, [batch, maxNewTokens], 'int32');
}

function disposeAll({ cache, ...rest }: Progress): void {
  tf.dispose([...Object.values(cache), ...Object.values(rest)]);
}

/**
 * The same answers by a model as a whole, without a cache: every step runs all of it. For models that are no backbone
 * with a head, such as one with a side network.
 *
 * @param forward - logits [B, T, V] from all inputs; those of `generation.answer` are [B, T]
 */
export function generationOf<P>(
  { first, ends, padding, answer }: Pick<Generation, 'first' | 'ends' | 'padding' | 'answer'>,
  forward: (params: P, input: Readonly<TensorRecord>) => tf.Tensor,
): Generation<P> {
  const { ids, mask } = answer;
  return {
    first,
    ends,
    padding,
    answer,
    encode: (_params, input) =>
      Object.fromEntries(Object.entries(input).filter(([name]) => name !== ids && name !== mask)),
    start: (memory, tokens) => {
      const [batch] = Object.values(memory)[0]!.shape as [number];
      return { [ids]: tf.zeros([batch, tokens], 'int32') };
    },
    step: (params, memory, cache, tokens, position) => {
      const before = cache[ids]!;
      const [batch, most] = before.shape as [number, number];
      const places = tf.tensor2d(
        Int32Array.from({ length: most }, (_, at) => at),
        [1, most],
        'int32',
      );
      const here = tf.cast(tf.equal(places, position), 'int32');
      const written = tf.add(before, tf.mul(here, tf.expandDims(tokens, 1)));
      const seen = tf.cast(tf.lessEqual(places, position), 'int32');
      const logits = forward(params, {
        ...memory,
        [ids]: written,
        [mask]: tf.mul(seen, tf.onesLike(before)),
      });
      const row = tf.gather(logits, tf.reshape(position, [1]) as tf.Tensor1D, 1);
      return { logits: tf.reshape(row, [batch, logits.shape[2]!]), cache: { [ids]: written } };
    },
  };
}

/** The generation of a model whose parameters are made of others: `paramsFrom` merges what training adds. */
export function generationWith<P, Q>(generation: Generation<Q>, paramsFrom: (params: P) => Q): Generation<P> {
  return {
    ...generation,
    encode: (params, input) => generation.encode(paramsFrom(params), input),
    step: (params, ...rest) => generation.step(paramsFrom(params), ...rest),
  };
}

/** The tokens of every answer, without the one that ends it and what follows. From [B, T]. */
export function answersOf({ data, shape }: HostTensor, ends: readonly number[]): number[][] {
  const [batch, tokens] = shape as [number, number];
  return Array.from({ length: batch }, (_, row) => {
    const ids = [...data.subarray(row * tokens, (row + 1) * tokens)];
    const end = ids.findIndex((id) => ends.includes(id));
    return end < 0 ? ids : ids.slice(0, end);
  });
}
