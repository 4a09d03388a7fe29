/** BERT, on texts of random words: of half as many tokens as a batch has, and more; the rest is padding. */
import type { RandomSource } from '@mdpd/core';
import { bertProvider } from '@mdpd/backbone-bert/providers';
import { hostTensor } from '@mdpd/tensor/host';
import type { BertShape } from '../shapes.ts';
import type { BenchFamily } from './family.ts';

export const bert: BenchFamily<BertShape> = {
  provider: bertProvider,
  config: (shape) => ({
    model_type: 'bert',
    hidden_size: shape.width,
    num_hidden_layers: shape.blocks,
    num_attention_heads: shape.heads,
    intermediate_size: shape.hidden,
    vocab_size: shape.vocabulary,
    max_position_embeddings: shape.positions,
    type_vocab_size: shape.types,
  }),
  input: ({ tokens, vocabulary }, size, random) => {
    const ids = new Int32Array(size * tokens);
    const mask = new Int32Array(size * tokens);
    for (let row = 0; row < size; row++) {
      const length = randomLength(tokens, random);
      mask.fill(1, row * tokens, row * tokens + length);
      for (let at = 0; at < length; at++) ids[row * tokens + at] = 1 + random.integer(vocabulary - 1);
    }
    const tensor = (data: Int32Array) => hostTensor(data, [size, tokens], 'int32');
    return {
      input_ids: tensor(ids),
      attention_mask: tensor(mask),
      token_type_ids: tensor(new Int32Array(size * tokens)),
    };
  },
  small: {
    family: 'bert',
    blocks: 4,
    width: 24,
    heads: 3,
    hidden: 40,
    vocabulary: 60,
    positions: 32,
    types: 2,
    tokens: 14,
    classes: 7,
  },
};

function randomLength(tokens: number, random: RandomSource): number {
  const least = Math.ceil(tokens / 2);
  return least + random.integer(tokens - least + 1);
}
