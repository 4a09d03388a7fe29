import type { JsonObject, MdpdError, State, TensorRecord } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { uploadRecord } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import { vjp } from '@mdpd/tensor/vjp';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { t5Provider } from './provider.ts';

const tiny: JsonObject = {
  vocab_size: 23,
  d_model: 12,
  d_kv: 3,
  d_ff: 20,
  num_layers: 2,
  num_heads: 2,
  relative_attention_num_buckets: 6,
  relative_attention_max_distance: 9,
  n_positions: 16,
};
const variants: [name: string, config: JsonObject][] = [
  ['tied', tiny],
  [
    'gated, with a last matrix of its own',
    { ...tiny, feed_forward_proj: 'gated-gelu', tie_word_embeddings: false },
  ],
  ['of more decoder blocks, padded by another token', { ...tiny, num_decoder_layers: 3, pad_token_id: 4 }],
];

/** Parameters of backbone and head in which nothing is 1. */
function parametersOf(config: JsonObject): TensorRecord {
  const backbone = t5Provider.create(config);
  const own = uploadRecord(t5Provider.initialize(backbone, createRandom(3)));
  const specs = [...backbone.parameters, ...backbone.head('seq2seq', 1)!.parameters];
  return Object.fromEntries(
    specs.map(({ name, shape }, index) => {
      const noise = tf.randomNormal([...shape], 0, 0.3, 'float32', index + 1);
      return [name, own[name] ? tf.add(own[name], noise) : noise] as const;
    }),
  );
}

/** Ids from 5 on of texts of these lengths, padded to `tokens`, and their mask. */
function texts(lengths: readonly number[], tokens: number, padding: number): [tf.Tensor, tf.Tensor] {
  const fill = (value: (row: number, column: number) => number, rest: number): tf.Tensor =>
    tf.tensor2d(
      lengths.map((length, row) =>
        Array.from({ length: tokens }, (_, column) => (column < length ? value(row, column) : rest)),
      ),
      [lengths.length, tokens],
      'int32',
    );
  return [fill((row, column) => 5 + ((7 * row + 5 * column) % 18), padding), fill(() => 1, 0)];
}

interface Sizes {
  readonly text: readonly number[];
  readonly answer: readonly number[];
  readonly tokens?: number;
  readonly answerTokens?: number;
  readonly padding?: number;
}

function inputOf({ text, answer, tokens, answerTokens, padding = 0 }: Sizes): TensorRecord {
  const [input_ids, attention_mask] = texts(text, tokens ?? Math.max(...text), padding);
  const [decoder_input_ids, decoder_attention_mask] = texts(
    answer,
    answerTokens ?? Math.max(...answer),
    padding,
  );
  return { input_ids, attention_mask, decoder_input_ids, decoder_attention_mask };
}

interface Outcome {
  readonly states: readonly State[];
  readonly logits: tf.Tensor;
}

function run(config: JsonObject, params: TensorRecord, input: TensorRecord): Outcome {
  const backbone = t5Provider.create(config);
  const states = [backbone.embed(params, input)];
  for (let index = 0; index < backbone.blocks; index++) {
    states.push(backbone.block(params, index, states[index]!));
  }
  const finished = backbone.finish(params, states.at(-1)!);
  const head = backbone.head('seq2seq', 1)!;
  return { states, logits: head.apply(params, finished[head.stream!]!) };
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

  const sizes = { text: [7, 3, 5], answer: [4, 1, 2] };

  it.each(variants)(
    'padding changes nothing of %s: other texts in the batch, other lengths',
    (_name, config) => {
      const params = parametersOf(config);
      const short = run(config, params, inputOf(sizes));
      const longer = { ...sizes, tokens: 16, answerTokens: 9 };
      const [long, garbage] = [0, 22].map((padding) => run(config, params, inputOf({ ...longer, padding })));
      sizes.text.forEach((text, row) => {
        const answer = sizes.answer[row]!;
        const whole = inputOf(sizes);
        const alone = Object.fromEntries(
          Object.entries(whole).map(([name, x]) => {
            const length = name.startsWith('decoder') ? answer : text;
            return [name, tf.slice(x, [row, 0], [1, length])];
          }),
        );
        const single = run(config, params, alone);
        for (const { states, logits } of [short, long!, garbage!]) {
          states.forEach((state, index) => {
            const expected = single.states[index]!;
            expect(difference(first(state['encoder']!, row, text), expected['encoder']!)).toBeLessThan(2e-5);
            expect(difference(first(state['decoder']!, row, answer), expected['decoder']!)).toBeLessThan(
              2e-5,
            );
          });
          const size = tf.max(tf.abs(single.logits)).dataSync()[0]!;
          expect(difference(first(logits, row, answer), single.logits)).toBeLessThan(
            1e-5 * Math.max(1, size),
          );
        }
      });
    },
  );

  it.each(variants)('a step over the cache of %s gives the logits of the whole', (_name, config) => {
    const { generation } = t5Provider.create(config);
    const { first: start, encode, step, start: begin } = generation!;
    const params = parametersOf(config);
    const input = inputOf({ ...sizes, answer: [5, 5, 5] });
    const ids = tf.concat(
      [tf.fill([3, 1], start, 'int32'), tf.slice(input['decoder_input_ids']!, [0, 1], [-1, 4])],
      1,
    );
    const { logits } = run(config, params, { ...input, decoder_input_ids: ids });
    const memory = encode(params, input);
    let cache = begin(memory, 8);
    for (let at = 0; at < 5; at++) {
      const tokens = tf.reshape(tf.slice(ids, [0, at], [-1, 1]), [-1]);
      const result = step(params, memory, cache, tokens, tf.scalar(at, 'int32'));
      expect(result.logits.shape).toEqual([3, 23]);
      const expected = tf.reshape(tf.slice(logits, [0, at, 0], [-1, 1, -1]), [3, 23]);
      expect(difference(result.logits, expected)).toBeLessThan(
        2e-5 * Math.max(1, tf.max(tf.abs(expected)).dataSync()[0]!),
      );
      expect(Object.keys(result.cache).sort()).toEqual(Object.keys(cache).sort());
      ({ cache } = result);
    }
  });
});

describe('the backbone', () => {
  beforeAll(() => useBackend('cpu'));
  beforeEach(() => tf.engine().startScope());
  afterEach(() => tf.engine().endScope());

  const sample = (): TensorRecord => inputOf({ text: [3, 1], answer: [2, 1] });

  it('gives streams and inputs from the configuration', () => {
    const backbone = t5Provider.create({ ...tiny, num_decoder_layers: 1 });
    const spec = { shape: [16], dtype: 'int32', variable: [0] };
    expect(backbone.inputs).toEqual({
      input_ids: spec,
      attention_mask: spec,
      decoder_input_ids: spec,
      decoder_attention_mask: spec,
    });
    const shared = { tokens: 16, width: 12, heads: 2 };
    expect(backbone.streams).toEqual({
      encoder: { ...shared, follows: 'input_ids', mask: 'encoder_mask', pooled: 'mean', blocks: [0, 2] },
      decoder: {
        ...shared,
        follows: 'decoder_input_ids',
        mask: 'decoder_mask',
        pooled: 0,
        blocks: [2, 3],
        causal: true,
        reads: ['encoder'],
      },
    });
    expect([backbone.blocks, backbone.carried]).toEqual([3, ['encoder_bias', 'decoder_bias']]);
    expect(backbone.generation).toMatchObject({ first: 0, ends: [1], padding: 0 });
  });

  it('hands on masks, and biases of distance that are computed once', async () => {
    const params = parametersOf(tiny);
    const backbone = t5Provider.create(tiny);
    const state = backbone.embed(params, sample());
    expect(await state['encoder_mask']!.array()).toEqual([
      [1, 1, 1],
      [1, 0, 0],
    ]);
    expect([state['encoder_bias']!.shape, state['decoder_bias']!.shape]).toEqual([
      [1, 2, 3, 3],
      [1, 2, 2, 2],
    ]);
    const after = backbone.block(params, 0, state);
    expect(after['encoder_bias']).toBe(state['encoder_bias']);
    expect(after['decoder']).toBe(state['decoder']);
    // The same distance, the same bias: along diagonals, and not across them.
    const bias = (await state['encoder_bias']!.array()) as number[][][][];
    const [[head]] = bias as [[number[][]]];
    expect(head[0]![1]).toBe(head[1]![2]);
    expect(head[0]![1]).not.toBe(head[1]![0]);
  });

  it('lets gradients of later blocks reach the biases of distance', () => {
    const params = parametersOf(tiny);
    const backbone = t5Provider.create(tiny);
    const input = inputOf({ text: [5, 4], answer: [3, 2] });
    const state = backbone.embed(params, input);
    const after = vjp(
      (given) => ({ encoder: backbone.block(params, 1, { ...state, ...given })['encoder']! }),
      { encoder_bias: state['encoder_bias']! },
      { encoder: tf.randomNormal([2, 5, 12], 0, 1, 'float32', 4) },
    );
    expect(tf.max(tf.abs(after['encoder_bias']!)).dataSync()[0]).toBeGreaterThan(0);
  });

  it('normalises the encoder before the decoder looks at it', () => {
    const params = parametersOf(tiny);
    const name = 'encoder.final_layer_norm.weight';
    const { states } = run(tiny, params, sample());
    const doubled = run(tiny, { ...params, [name]: tf.mul(params[name]!, 2) }, sample());
    expect(difference(states[1]!['encoder']!, doubled.states[1]!['encoder']!)).toBe(0);
    expect(difference(tf.mul(states[2]!['encoder']!, 2), doubled.states[2]!['encoder']!)).toBeLessThan(1e-5);
    expect(t5Provider.create(tiny).parameters.find((spec) => spec.name === name)!.stage).toBe(1);
  });

  it('stays finite where a text has no token at all', () => {
    const params = parametersOf(tiny);
    const { logits } = run(
      tiny,
      params,
      inputOf({ text: [0, 2], answer: [1, 0], tokens: 4, answerTokens: 2 }),
    );
    expect(Array.from(logits.dataSync()).every(Number.isFinite)).toBe(true);
  });

  const refusal = (input: TensorRecord): unknown => {
    try {
      return t5Provider.create(tiny).embed(parametersOf(tiny), input);
    } catch (error) {
      const { code, message, allowed, fix } = error as MdpdError;
      return { code, message, allowed, fix };
    }
  };

  it('refuses more tokens than the configuration says, and says how to go on', () => {
    expect(refusal(inputOf({ text: [17], answer: [2] }))).toEqual({
      code: 'BACKBONE_INPUT',
      message: 'input_ids has shape [1, 17]',
      allowed: '[batch, tokens] of 1 to 16 tokens',
      fix: 'cut texts to 16 tokens, or set n_positions in config.json: T5 itself has no limit',
    });
    expect(refusal(inputOf({ text: [3], answer: [20] }))).toMatchObject({
      message: 'decoder_input_ids has shape [1, 20]',
    });
  });

  it('refuses inputs of other shapes', () => {
    const input = inputOf({ text: [3, 2], answer: [2, 2] });
    const code = 'BACKBONE_INPUT';
    expect(refusal({})).toMatchObject({ code, message: 'input_ids is missing' });
    expect(refusal({ ...input, input_ids: tf.zeros([4]) })).toMatchObject({
      code,
      message: 'input_ids has shape [4]',
    });
    const { decoder_attention_mask: _mask, ...rest } = input;
    expect(refusal(rest)).toEqual({
      code,
      message: 'decoder_attention_mask is missing',
      allowed: '[2, 2], as decoder_input_ids',
      fix: undefined,
    });
    expect(refusal({ ...input, attention_mask: tf.zeros([2, 2], 'int32') })).toMatchObject({
      code,
      message: 'attention_mask has shape [2, 2]',
    });
  });

  it('names a parameter that is missing', () => {
    const { 'shared.weight': _words, ...params } = parametersOf(tiny);
    expect(() => t5Provider.create(tiny).embed(params, sample())).toThrow(
      'the backbone was given no tensor "shared.weight"',
    );
  });
});
