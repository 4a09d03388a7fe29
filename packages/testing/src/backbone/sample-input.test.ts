import type { HostTensor } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { tinyBackbone } from '../fixtures/tiny-backbone.ts';
import { tinyTextBackbone } from '../fixtures/tiny-text-backbone.ts';
import { randomInput } from '../model-under-test.ts';
import { padded, sampleInput, takesLengths } from './sample-input.ts';

const rowsOf = ({ data, shape }: HostTensor): number[][] =>
  Array.from({ length: shape[0]! }, (_, row) =>
    Array.from(data.subarray(row * shape[1]!, (row + 1) * shape[1]!)),
  );

describe('sampleInput', () => {
  const text = tinyTextBackbone({ tokens: 9, vocabulary: 5 });

  it('makes texts of different lengths, fewer tokens than there may be, ids in range that are not padding', () => {
    const { input_ids: ids, attention_mask: mask } = sampleInput(5)(text, 40, 1);
    expect([ids!.shape, ids!.dtype, mask!.shape]).toEqual([[40, 7], 'int32', [40, 7]]);
    const words = new Set<number>();
    const lengths = rowsOf(mask!).map((row, example) => {
      const length = row.lastIndexOf(1) + 1;
      expect(row).toEqual(row.map((_, at) => Number(at < length)));
      const written = rowsOf(ids!)[example]!;
      written.slice(0, length).forEach((word) => words.add(word));
      expect(written.slice(length)).toEqual(Array(7 - length).fill(0));
      return length;
    });
    expect(lengths.slice(0, 2)).toEqual([7, 4]);
    expect([...new Set(lengths)].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([...words].sort()).toEqual([1, 2, 3, 4]);
  });

  it('leaves out the padding of the configuration', () => {
    const other = { ...text, config: { pad_token_id: 3 } };
    const { input_ids: ids, attention_mask: mask } = sampleInput(5)(other, 40, 1);
    const words = Array.from(ids!.data).filter((_, at) => mask!.data[at] === 1);
    expect([...new Set(words)].sort()).toEqual([0, 1, 2, 4]);
    expect(rowsOf(ids!)[1]!.slice(4)).toEqual([3, 3, 3]);
  });

  it('gives the decoder lengths of its own, and token types 0 and 1', () => {
    const pair = tinyTextBackbone({ tokens: 9, decoder: 1, answer: 9, vocabulary: 5 });
    const inputs = { ...pair.inputs, token_type_ids: pair.inputs['input_ids']! };
    const sample = sampleInput(5)({ ...pair, inputs }, 30, 1);
    expect(sample['decoder_attention_mask']!.data).not.toEqual(sample['attention_mask']!.data);
    sample['attention_mask']!.data.forEach((value, at) => {
      if (value === 0) expect(sample['token_type_ids']!.data[at]).toBe(0);
    });
    expect([...new Set(sample['token_type_ids']!.data)].sort()).toEqual([0, 1]);
  });

  it('depends on the seed alone', () => {
    expect(sampleInput(5)(text, 4, 2)).toEqual(sampleInput(5)(text, 4, 2));
    expect(sampleInput(5)(text, 4, 2)).not.toEqual(sampleInput(5)(text, 4, 3));
  });

  it('is what it always was for images', () => {
    const image = tinyBackbone();
    expect(takesLengths(image)).toBe(false);
    expect(sampleInput(5)(image, 3, 1)).toEqual(randomInput(image, 3, 1));
    expect(padded(image, randomInput(image, 3, 1))).toEqual(randomInput(image, 3, 1));
  });
});

describe('padded', () => {
  it('adds zeros up to the most tokens', () => {
    const text = tinyTextBackbone({ tokens: 5, vocabulary: 4 });
    expect(takesLengths(text)).toBe(true);
    const given = sampleInput(4)(text, 3, 1);
    const longer = padded(text, given);
    for (const [name, tensor] of Object.entries(longer)) {
      expect([tensor.shape, tensor.dtype]).toEqual([[3, 5], 'int32']);
      expect(rowsOf(tensor)).toEqual(rowsOf(given[name]!).map((row) => [...row, 0, 0]));
    }
  });
});
