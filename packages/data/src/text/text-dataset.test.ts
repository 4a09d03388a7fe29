import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDataset, type TextDatasetOptions, type TextExamples } from './text-dataset.ts';
import type { Tokenizer } from './tokenizer.ts';

/** One token a word, its number; [CLS] 1, [SEP] 2, padding 0, type 9 where nothing is. */
function toyTokenizer(vocabSize = 1000): Tokenizer {
  return {
    vocabSize,
    padId: 0,
    padTokenTypeId: 9,
    maxLength: 64,
    specialTokens: { cls: 1, sep: 2, pad: 0 },
    encodeIds: (text) => text.split(' ').filter(Boolean).map(Number),
    build: (a, b) => ({
      ids: [1, ...a, 2, ...(b ? [...b, 2] : [])],
      typeIds: [...Array<number>(a.length + 2).fill(0), ...(b ? Array<number>(b.length + 1).fill(1) : [])],
    }),
    specials: (pair) => (pair ? 3 : 2),
    decode: String,
    files: () => ({}),
  };
}

const inputs = ['input_ids', 'attention_mask', 'token_type_ids'];
const plain = { augment: false, seed: 1, epoch: 0 };

function examplesOf(texts: readonly (readonly [string, string?])[]): TextExamples {
  return { size: texts.length, origin: 'toy', text: (index) => texts[index]! };
}

function open(
  texts: readonly (readonly [string, string?])[],
  options: Partial<TextDatasetOptions> = {},
): Promise<TextDataset> {
  const all = { tokenizer: toyTokenizer(), maxLength: 16, inputs, targets: {}, ...options };
  return TextDataset.open(examplesOf(texts), all);
}

const words = (count: number, from = 10): string =>
  Array.from({ length: count }, (_, i) => i + from).join(' ');

describe('TextDataset', () => {
  it('pads a batch to its bucket, masks the padding and gives targets', async () => {
    const dataset = await open([['10 11', '12'], ['13'], [words(9)]], {
      targets: { label: Int32Array.of(3, 1, 2) },
    });
    expect(dataset).toMatchObject({ size: 3, origin: 'toy', buckets: [8, 16], truncated: 0 });
    expect([0, 1, 2].map((index) => dataset.bucket(index))).toEqual([0, 0, 1]);
    expect([0, 1, 2].map((index) => dataset.length(index))).toEqual([6, 3, 11]);
    const batch = await dataset.load([1, 0], plain);
    const int32 = (...data: number[]) => ({ data: Int32Array.from(data), shape: [2, 8], dtype: 'int32' });
    expect(batch).toEqual({
      size: 2,
      input: {
        input_ids: int32(1, 13, 2, 0, 0, 0, 0, 0, 1, 10, 11, 2, 12, 2, 0, 0),
        attention_mask: int32(1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0),
        token_type_ids: int32(0, 0, 0, 9, 9, 9, 9, 9, 0, 0, 0, 0, 1, 1, 9, 9),
      },
      target: { label: { data: Int32Array.of(1, 3), shape: [2], dtype: 'int32' } },
    });
  });

  it('gives a batch of several buckets the largest, and the inputs that the backbone names', async () => {
    const dataset = await open([['10'], [words(9)]], {
      inputs: ['input_ids'],
      targets: { score: Float32Array.of(0.5, 4.25) },
    });
    const batch = await dataset.load([0, 1], plain);
    expect(Object.keys(batch.input)).toEqual(['input_ids']);
    expect(batch.input['input_ids']!.shape).toEqual([2, 16]);
    expect(batch.target).toEqual({
      score: { data: Float32Array.of(0.5, 4.25), shape: [2], dtype: 'float32' },
    });
    expect(await (await open([['10']])).load([0], plain)).toMatchObject({ target: {} });
  });

  it('cuts what is too long and counts it', async () => {
    const dataset = await open([[words(20)], [words(20), words(3)], [words(13), ''], [words(14)]]);
    expect(dataset.truncated).toBe(2);
    expect([0, 1, 2, 3].map((index) => dataset.length(index))).toEqual([16, 16, 16, 16]);
    const batch = await dataset.load([1], plain);
    expect([...batch.input['input_ids']!.data]).toEqual([
      1,
      ...words(10).split(' ').map(Number),
      2,
      10,
      11,
      12,
      2,
    ]);
  });

  it('takes ids above 65,535, and the buckets of another data set', async () => {
    const dataset = await open([['99999']], { tokenizer: toyTokenizer(100_000), buckets: [12, 16] });
    expect([...(await dataset.load([0], plain)).input['input_ids']!.data].slice(0, 4)).toEqual([
      1, 99999, 2, 0,
    ]);
    expect(dataset.buckets).toEqual([12, 16]);
    await expect(open([[words(14)]], { buckets: [8] })).rejects.toThrow(
      '16 tokens are longer than every bucket: 8',
    );
  });

  it('refuses what cannot be', async () => {
    await expect(open([['1']], { maxLength: 1 })).rejects.toMatchObject({
      code: 'TEXT_LENGTH',
      message: '1 tokens do not hold the 2 special tokens',
      allowed: 'at least 3',
    });
    await expect(open([['1']], { inputs: ['input_ids', 'pixel_values'] })).rejects.toMatchObject({
      code: 'TEXT_INPUTS',
      message: `the backbone's input "pixel_values" is not made of text`,
    });
    await expect(open([['1']], { targets: { label: new Int32Array(2) } })).rejects.toThrow(
      '2 values of label for 1 examples',
    );
    const dataset = await open([['1']]);
    expect(() => dataset.length(1)).toThrow('example 1 of 1');
  });

  it('reads every text once and reports how far it is', async () => {
    const read: number[] = [];
    const done: number[] = [];
    const examples: TextExamples = {
      size: 1030,
      origin: 'toy',
      text(index) {
        read.push(index);
        return ['10'];
      },
    };
    const options = { tokenizer: toyTokenizer(), maxLength: 16, inputs, targets: {} };
    const dataset = await TextDataset.open(examples, { ...options, progress: (count) => done.push(count) });
    await dataset.load([5, 6, 5], plain);
    expect(read).toEqual(Array.from({ length: 1030 }, (_, index) => index));
    expect(done).toEqual([512, 1024, 1030]);
  });

  it('gives back every example whole, whatever the batch', async () => {
    const texts = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 20 }), fc.option(fc.integer({ min: 0, max: 20 }))),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 5, max: 40 }), async (lengths, maxLength) => {
        const pairs = lengths.map(([a, b]) => [words(a), b === null ? undefined : words(b, 50)] as const);
        const dataset = await open(pairs, { maxLength });
        const order = lengths.map((_, index) => (index * 7) % lengths.length);
        const { input } = await dataset.load(order, plain);
        const [rows, length] = input['input_ids']!.shape as [number, number];
        expect(rows).toBe(order.length);
        for (const [row, index] of order.entries()) {
          const mask = (input['attention_mask']!.data as Int32Array).slice(row * length, (row + 1) * length);
          const ids = (input['input_ids']!.data as Int32Array).slice(row * length, (row + 1) * length);
          const real = mask.reduce((sum, value) => sum + value, 0);
          expect(real).toBe(dataset.length(index));
          expect(real).toBeLessThanOrEqual(Math.min(maxLength, dataset.buckets[dataset.bucket(index)]!));
          expect([ids[0], ids[real - 1]]).toEqual([1, 2]);
          expect(ids.slice(real).every((id) => id === 0)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
