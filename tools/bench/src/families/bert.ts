/** BERT, on texts of random words. */
import { bertProvider } from '@mdpd/backbone-bert/providers';
import type { BertShape } from '../shapes.ts';
import type { BenchFamily } from './family.ts';
import { randomTexts } from './random-texts.ts';

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
  input: randomTexts,
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
