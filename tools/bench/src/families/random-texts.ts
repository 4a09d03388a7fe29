/** Texts of random words: of half as many tokens as a batch has, and more; the rest is padding. */
import type { HostRecord, RandomSource } from '@mdpd/core';
import { hostTensor } from '@mdpd/tensor/host';

/** `input_ids`, `attention_mask` and `token_type_ids`, [size, tokens] each. Word 0 is padding and nothing else. */
export function randomTexts(
  { tokens, vocabulary }: { readonly tokens: number; readonly vocabulary: number },
  size: number,
  random: RandomSource,
): HostRecord {
  const ids = new Int32Array(size * tokens);
  const mask = new Int32Array(size * tokens);
  for (let row = 0; row < size; row++) {
    const length = halfOrMore(tokens, random);
    mask.fill(1, row * tokens, row * tokens + length);
    for (let at = 0; at < length; at++) ids[row * tokens + at] = 1 + random.integer(vocabulary - 1);
  }
  const tensor = (data: Int32Array) => hostTensor(data, [size, tokens], 'int32');
  return {
    input_ids: tensor(ids),
    attention_mask: tensor(mask),
    token_type_ids: tensor(new Int32Array(size * tokens)),
  };
}

/** From half of `most`, rounded up, to `most`. */
export function halfOrMore(most: number, random: RandomSource): number {
  const least = Math.ceil(most / 2);
  return least + random.integer(most - least + 1);
}
