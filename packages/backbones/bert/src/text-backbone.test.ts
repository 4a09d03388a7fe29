import type { BackboneProvider, JsonObject, MdpdError, TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { uploadRecord } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bertProvider, distilbertProvider, robertaProvider } from './providers.ts';

const bert: JsonObject = {
  vocab_size: 23,
  hidden_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 20,
  max_position_embeddings: 16,
  initializer_range: 0.4,
};
const distilbert: JsonObject = {
  vocab_size: 23,
  dim: 12,
  n_layers: 2,
  n_heads: 3,
  hidden_dim: 20,
  max_position_embeddings: 16,
  initializer_range: 0.4,
};
const families: [name: string, provider: BackboneProvider, config: JsonObject][] = [
  ['bert', bertProvider, bert],
  ['bert with one token type', bertProvider, { ...bert, type_vocab_size: 1 }],
  ['roberta', robertaProvider, { ...bert, max_position_embeddings: 18, type_vocab_size: 1 }],
  ['roberta with token types', robertaProvider, { ...bert, max_position_embeddings: 20, pad_token_id: 3 }],
  ['distilbert', distilbertProvider, distilbert],
];

/** Parameters of backbone and heads in which nothing is 0 or 1. */
function parametersOf(provider: BackboneProvider, config: JsonObject): TensorRecord {
  const backbone = provider.create(config);
  const heads = (['classification', 'maskedLm'] as const).map((kind) => backbone.head(kind, 5)!);
  const own = uploadRecord(provider.initialize(backbone, createRandom(3)));
  const specs = [backbone, ...heads].flatMap(({ parameters }) => parameters);
  const moved = specs.map(({ name, shape }, index) => {
    const noise = tf.randomNormal([...shape], 0, 0.3, 'float32', index + 1);
    return [name, own[name] ? tf.add(own[name], noise) : noise] as const;
  });
  return Object.fromEntries(moved);
}

/** Texts of the given lengths, padded to `tokens`, with ids from 4 on. */
function texts(lengths: readonly number[], tokens: number, padding = 0): TensorRecord {
  const fill = (value: (row: number, column: number) => number, rest: number): tf.Tensor =>
    tf.tensor2d(
      lengths.map((length, row) =>
        Array.from({ length: tokens }, (_, column) => (column < length ? value(row, column) : rest)),
      ),
      [lengths.length, tokens],
      'int32',
    );
  return {
    input_ids: fill((row, column) => 4 + ((7 * row + 5 * column) % 19), padding),
    attention_mask: fill(() => 1, 0),
    token_type_ids: fill((_row, column) => Number(column > 2), 0),
  };
}

interface Outcome {
  readonly states: readonly tf.Tensor[];
  readonly logits: tf.Tensor;
  readonly words: tf.Tensor;
}

function run(
  provider: BackboneProvider,
  config: JsonObject,
  params: TensorRecord,
  input: TensorRecord,
): Outcome {
  const backbone = provider.create(config);
  let state = backbone.embed(params, input);
  const states = [state['text']!];
  for (let index = 0; index < backbone.blocks; index++) {
    state = backbone.block(params, index, state);
    states.push(state['text']!);
  }
  const finished = backbone.finish(params, state);
  return {
    states,
    logits: backbone.head('classification', 5)!.apply(params, backbone.pool(params, finished)),
    words: backbone.head('maskedLm', 5)!.apply(params, finished['text']!),
  };
}

function difference(a: tf.Tensor, b: tf.Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);
}

const first = (x: tf.Tensor, row: number, tokens: number): tf.Tensor =>
  tf.slice(x, [row, 0, 0], [1, tokens, -1]);

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it.each(families)(
    'padding changes nothing of %s: other texts in the batch, other lengths',
    (_name, provider, config) => {
      const params = parametersOf(provider, config);
      const lengths = [7, 3, 5];
      const padding =
        (config['pad_token_id'] as number | undefined) ?? (provider === robertaProvider ? 1 : 0);
      const short = run(provider, config, params, texts(lengths, 7, padding));
      const long = run(provider, config, params, texts(lengths, 16, padding));
      expect(difference(long.logits, short.logits)).toBeLessThan(1e-5);
      // Whatever stands where nobody looks.
      const garbage = run(provider, config, params, texts(lengths, 16, 22));
      expect(difference(garbage.logits, short.logits)).toBeLessThan(1e-5);
      lengths.forEach((length, row) => {
        const alone = texts(lengths, 7, padding);
        const cut = Object.fromEntries(
          Object.entries(alone).map(([name, x]) => [name, tf.slice(x, [row, 0], [1, length])]),
        );
        const single = run(provider, config, params, cut);
        [short, long].forEach(({ states, words }) => {
          states.forEach((state, index) =>
            expect(difference(first(state, row, length), single.states[index]!)).toBeLessThan(1e-5),
          );
          expect(difference(first(words, row, length), single.words)).toBeLessThan(1e-5);
        });
      });
    },
  );
});

describe('the backbone', () => {
  beforeAll(() => useBackend('cpu'));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  it('gives streams and inputs from the configuration', () => {
    const spec = { shape: [16], dtype: 'int32', variable: [0] };
    const inputs = { input_ids: spec, attention_mask: spec };
    const text = { tokens: 16, follows: 'input_ids', width: 12, heads: 3, pooled: 0, mask: 'mask' };
    for (const [name, provider, config] of families) {
      const backbone = provider.create(config);
      expect(backbone.streams).toEqual({ text });
      const typed = name === 'bert' || name === 'roberta with token types';
      expect(backbone.inputs).toEqual(typed ? { ...inputs, token_type_ids: spec } : inputs);
      expect([backbone.blocks, backbone.config]).toEqual([2, config]);
    }
  });

  it('hands the mask on, and a bias that hides padding', async () => {
    const params = parametersOf(bertProvider, bert);
    const backbone = bertProvider.create(bert);
    const state = backbone.embed(params, texts([3, 1], 3));
    expect(Object.keys(state)).toEqual(['text', 'mask', 'bias']);
    expect(await state['mask']!.array()).toEqual([
      [1, 1, 1],
      [1, 0, 0],
    ]);
    expect([state['mask']!.dtype, state['bias']!.shape]).toEqual(['float32', [2, 1, 1, 3]]);
    expect(backbone.block(params, 0, state)['bias']).toBe(state['bias']);
    expect(backbone.finish(params, state)).toBe(state);
    const attention = backbone.attention!(params, 0, state)['text']!;
    expect(attention.shape).toEqual([2, 3, 3, 3]);
    const toPadding = tf.slice(attention, [1, 0, 0, 1], [1, 3, 3, 2]);
    expect(Math.max(...toPadding.dataSync())).toBe(0);
  });

  it('stays finite where a text has no token at all', () => {
    const params = parametersOf(bertProvider, bert);
    const { states, logits } = run(bertProvider, bert, params, texts([0, 2], 4));
    for (const x of [...states, logits]) expect(Array.from(x.dataSync()).every(Number.isFinite)).toBe(true);
  });

  it('counts positions of RoBERTa over what is not padding', () => {
    const config: JsonObject = { ...bert, max_position_embeddings: 18, type_vocab_size: 1 };
    const backbone = robertaProvider.create(config);
    const { 'roberta.embeddings.position_embeddings.weight': positions, ...rest } = parametersOf(
      robertaProvider,
      config,
    );
    const rowsRead = (ids: number[]): number[] => {
      const input = tf.tensor2d([ids], [1, ids.length], 'int32');
      const embed = (table: tf.Tensor): tf.Tensor =>
        backbone.embed(
          { ...rest, 'roberta.embeddings.position_embeddings.weight': table },
          { input_ids: input, attention_mask: tf.onesLike(input) },
        )['text']!;
      // Rows that were looked up are those that have a gradient.
      const dy = tf.randomNormal([1, ids.length, 12], 0, 1, 'float32', 3);
      const sizes = tf.sum(tf.abs(tf.grad(embed)(positions!, dy)), 1).dataSync();
      return Array.from(sizes.keys()).filter((row) => sizes[row]! > 0);
    };
    expect(rowsRead([0, 5, 6])).toEqual([2, 3, 4]);
    expect(rowsRead([0, 5, 1, 6, 1])).toEqual([1, 2, 3, 4]);
  });

  const refusal = (input: TensorRecord): unknown => {
    try {
      return bertProvider.create(bert).embed({}, input);
    } catch (error) {
      const { code, message, allowed, fix } = error as MdpdError;
      return { code, message, allowed, fix };
    }
  };

  it('refuses more tokens than it has positions, and says how to go on', () => {
    expect(refusal(texts([17], 17))).toEqual({
      code: 'BACKBONE_INPUT',
      message: 'input_ids has shape [1, 17]',
      allowed: '[batch, tokens] of 1 to 16 tokens, as many as the model has positions',
      fix: 'cut texts to 16 tokens',
    });
  });

  it('refuses inputs of other shapes', () => {
    const { input_ids, attention_mask, token_type_ids } = texts([3, 2], 4) as Record<string, tf.Tensor>;
    const code = 'BACKBONE_INPUT';
    expect(refusal({})).toMatchObject({ code, message: 'input_ids is missing' });
    expect(refusal({ input_ids: tf.zeros([4]) })).toMatchObject({ code, message: 'input_ids has shape [4]' });
    expect(refusal({ input_ids: tf.zeros([2, 0]) })).toMatchObject({ code });
    expect(refusal({ input_ids: input_ids! })).toEqual({
      code,
      message: 'attention_mask is missing',
      allowed: '[2, 4], as input_ids',
      fix: undefined,
    });
    expect(
      refusal({ input_ids: input_ids!, attention_mask: tf.slice(attention_mask!, [0, 0], [2, 3]) }),
    ).toMatchObject({ code, message: 'attention_mask has shape [2, 3]' });
    expect(refusal({ input_ids: input_ids!, attention_mask: attention_mask! })).toMatchObject({
      code,
      message: 'token_type_ids is missing',
    });
    expect(
      refusal({
        input_ids: input_ids!,
        attention_mask: attention_mask!,
        token_type_ids: tf.expandDims(token_type_ids!, 2),
      }),
    ).toMatchObject({ code, message: 'token_type_ids has shape [2, 4, 1]' });
  });

  it('names a parameter that is missing', () => {
    expect(() => bertProvider.create(bert).embed({}, texts([3], 3))).toThrow(
      'the backbone was given no tensor "bert.embeddings.word_embeddings.weight"',
    );
  });
});
