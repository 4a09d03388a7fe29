/** Compares with Hugging Face `transformers`: the folders in `oracles` are written by tools/oracles/t5.py. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Backbone, Executor, Head, JsonObject, TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { answersOf, generate, generationOf } from '@mdpd/tensor/generate';
import { uploadRecord } from '@mdpd/tensor/host';
import { cpuExecutor, wasmExecutor } from '@mdpd/tensor/portable-executors';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { expectGradients, largestDifference } from '@mdpd/testing/oracle';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { t5Provider } from './provider.ts';
import { distanceBucket } from './relative-position.ts';

const ROOT = path.join(import.meta.dirname, 'oracles');
const TOLERANCE = 1e-5;

interface Oracle {
  readonly backbone: Backbone;
  readonly head: Head;
  readonly params: TensorRecord;
  /** What went into transformers and what came out. */
  readonly tensors: TensorRecord;
  readonly missing: readonly string[];
  readonly ignored: readonly string[];
}

function readConfig(name: string): JsonObject {
  return JSON.parse(readFileSync(path.join(ROOT, name, 'config.json'), 'utf8')) as JsonObject;
}

async function readOracle(name: string, config = readConfig(name)): Promise<Oracle> {
  const backbone = t5Provider.create(config);
  const head = backbone.head('seq2seq', 1)!;
  const specs = [...backbone.parameters, ...head.parameters];
  const { parameters, missing, ignored } = await loadParameters(
    path.join(ROOT, name),
    specs,
    t5Provider.canonicalName,
    { otherHead: true },
  );
  const file = path.join(ROOT, name, 'oracle.safetensors');
  const tensors = name === 't5-classifier' ? {} : uploadRecord(await readSafetensors(file));
  return { backbone, head, params: uploadRecord(parameters), tensors, missing, ignored };
}

const inputsOf = (tensors: TensorRecord): TensorRecord =>
  Object.fromEntries(
    Object.entries(tensors).filter(([key]) => /^(decoder_)?(input_ids|attention_mask)$/.test(key)),
  );

/** Everything that transformers computed, under the same names, computed by us. */
function compute({ backbone, head, params, tensors }: Oracle): TensorRecord {
  const results: TensorRecord = {};
  let state = backbone.embed(params, inputsOf(tensors));
  for (const [stack, { blocks }] of Object.entries(backbone.streams)) {
    const [first, end] = blocks!;
    results[`${stack}.0`] = state[stack]!;
    for (let index = first; index < end; index++) {
      results[`${stack}.attention.${index - first}`] = backbone.attention!(params, index, state)[stack]!;
      state = backbone.block(params, index, state);
      results[`${stack}.${index - first + 1}`] = state[stack]!;
    }
    // The last state of transformers is behind the norm.
    if (stack === 'decoder') results[`${stack}.${end - first}`] = backbone.finish(params, state)[stack]!;
  }
  return { ...results, logits: head.apply(params, backbone.finish(params, state)[head.stream!]!) };
}

const largest = (x: tf.Tensor): number => tf.tidy(() => tf.max(tf.abs(x)).dataSync()[0]!);

const all = readdirSync(ROOT)
  .filter((name) => !name.endsWith('.json'))
  .sort();
const names = all.filter((name) => name !== 't5-classifier');
const withGradients = ['t5-tied', 't5-v1-1'];

it('covers what a checkpoint may look like', () => {
  expect(all).toEqual([
    't5-classifier',
    't5-old-names-f16',
    't5-several-ends-bf16',
    't5-tied',
    't5-v1-1',
    't5-v1-1-saved-anew',
  ]);
});

describe('buckets of distances', () => {
  interface Buckets {
    readonly buckets: number;
    readonly farthest: number;
    readonly reach: number;
    readonly encoder: readonly number[];
    readonly decoder: readonly number[];
  }
  const cases = JSON.parse(readFileSync(path.join(ROOT, 'buckets.json'), 'utf8')) as Buckets[];

  it.each(cases)('are those of transformers: $buckets up to $farthest', ({ reach, ...settings }) => {
    for (const stack of ['encoder', 'decoder'] as const) {
      const found = settings[stack].map((_, at) => distanceBucket(at - reach, stack, settings));
      expect(found).toEqual(settings[stack]);
    }
  });
});

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each(names)(
    'states of both stacks, attention and logits of %s are those of transformers',
    async (name) => {
      const oracle = await readOracle(name);
      expect(oracle.missing).toEqual([]);
      const { backbone, tensors } = oracle;
      expect(Object.keys(inputsOf(tensors)).sort()).toEqual(Object.keys(backbone.inputs).sort());
      const results = compute(oracle);
      const expected = Object.keys(tensors).filter((key) => /^((en|de)coder\.|logits$)/.test(key));
      expect(Object.keys(results).sort()).toEqual(expected.sort());
      for (const [key, actual] of Object.entries(results)) {
        const size = Math.max(1, largest(tensors[key]!));
        expect(largestDifference(actual, tensors[key]!) / size, key).toBeLessThan(TOLERANCE);
      }
    },
  );

  it.each(withGradients)('gradients of every parameter of %s are those of PyTorch', async (name) => {
    const oracle = await readOracle(name);
    const { params, tensors } = oracle;
    const output = (given: TensorRecord): tf.Tensor => compute({ ...oracle, params: given })['logits']!;
    const expected = Object.keys(tensors).filter((key) => key.startsWith('gradient.'));
    expect(expected.filter((key) => key.includes('relative_attention_bias'))).toHaveLength(2);
    expectGradients(output, params, tensors, t5Provider, TOLERANCE);
  });
});

const executors: Readonly<Record<string, () => Promise<Executor>>> = {
  wasm: () => wasmExecutor.start(),
  cpu: () => cpuExecutor.start(),
};

describe.each(Object.keys(executors))('answers on %s', (kind) => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await executors[kind]!();
  });
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  const textsOf = ({ input_ids, attention_mask }: TensorRecord): TensorRecord =>
    ({ input_ids, attention_mask }) as TensorRecord;

  it.each(names)('of %s are those that transformers generates, to the token', async (name) => {
    const { backbone, head, params, tensors } = await readOracle(name);
    const expected = [...tensors['generated']!.dataSync()];
    const texts = textsOf(tensors);
    const maxNewTokens = tensors['generated']!.shape[1]!;
    const before = tf.memory().numTensors;
    const { data, shape } = await generate(executor, backbone.generation!, params, texts, { maxNewTokens });
    expect(shape).toEqual(tensors['generated']!.shape);
    expect([...data]).toEqual(expected);
    const whole = generationOf(backbone.generation!, (given: TensorRecord, input) =>
      wholeModel(backbone, head, given, input),
    );
    const slowly = await generate(executor, whole, params, texts, { maxNewTokens });
    expect([...slowly.data]).toEqual(expected);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(names)('of %s are the same alone, without padding', async (name) => {
    const { backbone, params, tensors } = await readOracle(name);
    const { ends } = backbone.generation!;
    const maxNewTokens = tensors['generated']!.shape[1]!;
    const together = answersOf(
      {
        data: tensors['generated']!.dataSync() as Int32Array,
        shape: tensors['generated']!.shape,
        dtype: 'int32',
      },
      ends,
    );
    const lengths = tf.sum(tensors['attention_mask']!, 1).dataSync();
    for (const [row, expected] of together.entries()) {
      const alone = Object.fromEntries(
        Object.entries(textsOf(tensors)).map(([key, x]) => [key, tf.slice(x, [row, 0], [1, lengths[row]!])]),
      );
      const ids = await generate(executor, backbone.generation!, params, alone, { maxNewTokens });
      expect(answersOf(ids, ends)).toEqual([expected]);
    }
  });
});

/** Logits from the inputs, by the model as a whole. */
function wholeModel(
  backbone: Backbone,
  head: Head,
  params: TensorRecord,
  input: Readonly<TensorRecord>,
): tf.Tensor {
  let state = backbone.embed(params, input);
  for (let index = 0; index < backbone.blocks; index++) state = backbone.block(params, index, state);
  return head.apply(params, backbone.finish(params, state)[head.stream!]!);
}

describe('the oracles', () => {
  beforeAll(() => useBackend('cpu'));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each([
    ['t5-tied', { relative_attention_max_distance: 40 }],
    ['t5-tied', { layer_norm_epsilon: 0.5 }],
    ['t5-v1-1', { feed_forward_proj: 'gated-relu', dense_act_fn: 'relu' }],
    ['t5-v1-1', { relative_attention_max_distance: 128 }],
    ['t5-v1-1-saved-anew', { layer_norm_epsilon: 1e-6 }],
    ['t5-v1-1-saved-anew', { scale_decoder_outputs: true, tie_word_embeddings: false }],
    ['t5-several-ends-bf16', { feed_forward_proj: 'gelu_new', dense_act_fn: 'gelu_new' }],
  ])('would notice: %s with %j', async (name, change) => {
    const oracle = await readOracle(name, { ...readConfig(name), ...change });
    const difference = largestDifference(compute(oracle)['logits']!, oracle.tensors['logits']!);
    expect(difference).toBeGreaterThan(10 * TOLERANCE);
  });

  it.each(['attention_mask', 'decoder_attention_mask'])(
    'would notice that the %s is ignored',
    async (input) => {
      const oracle = await readOracle('t5-tied');
      const tensors = { ...oracle.tensors, [input]: tf.onesLike(oracle.tensors[input]!) };
      const difference = largestDifference(compute({ ...oracle, tensors })['logits']!, tensors['logits']!);
      expect(difference).toBeGreaterThan(10 * TOLERANCE);
    },
  );

  it('say where answers end: some early, some not at all', async () => {
    for (const name of names) {
      const { backbone, tensors } = await readOracle(name);
      const { shape } = tensors['generated']!;
      const data = tensors['generated']!.dataSync() as Int32Array;
      const lengths = answersOf({ data, shape, dtype: 'int32' }, backbone.generation!.ends).map(
        ({ length }) => length,
      );
      expect(Math.max(...lengths), name).toBe(shape[1]);
      expect(new Set(lengths).size, name).toBeGreaterThanOrEqual(3);
    }
  });

  it('hold what nobody reads there', async () => {
    expect((await readOracle('t5-old-names-f16')).ignored.toSorted()).toEqual([
      'decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight',
      'decoder.embed_tokens.weight',
      'encoder.embed_tokens.weight',
      'lm_head.weight',
    ]);
    const classifier = await readOracle('t5-classifier');
    expect(classifier.missing).toEqual([]);
    expect(classifier.ignored.toSorted()).toEqual([
      'classification_head.dense.bias',
      'classification_head.dense.weight',
      'classification_head.out_proj.bias',
      'classification_head.out_proj.weight',
    ]);
  });

  it('leave the last matrix of a model that has its own to be missed where it is not there', async () => {
    const config = { ...readConfig('t5-tied'), tie_word_embeddings: false, scale_decoder_outputs: false };
    expect((await readOracle('t5-tied', config)).missing).toEqual(['lm_head.weight']);
  });
});
