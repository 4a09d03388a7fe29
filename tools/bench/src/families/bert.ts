/** BERT, on texts of random words. */
import { bertProvider } from '@mdpd/backbone-bert/providers';
import type { BertShape } from '../shapes.ts';
import { encoderKeys, wordKeys } from './config-keys.ts';
import type { BenchFamily } from './family.ts';
import { randomTexts } from './random-texts.ts';

export const bert: BenchFamily<BertShape> = {
  provider: bertProvider,
  config: (shape) => ({
    ...encoderKeys(shape),
    ...wordKeys(shape),
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
