/** The recipe's `data` for masked language modelling. */
import { z } from 'zod';
import { textFields } from './glue-schema.ts';

const split = z.string().min(1);
const { maxLength, tokenizer, limit } = textFields;

export const mlmSchema = z.strictObject({
  train: split.describe(
    'texts to learn from: a file (.csv, .tsv, .jsonl, .parquet) or SOURCE:SPLIT, with slices as in docs/text.md',
  ),
  validation: split.optional().describe('texts for choices during development'),
  test: split.optional().describe('texts that the result is measured on'),
  text: z.string().min(1).default('text').describe('column of the text'),
  maskRatio: z
    .number()
    .gt(0)
    .max(0.9)
    .default(0.15)
    .describe(
      'share of the tokens that are to be guessed: of ten, eight are hidden, one is replaced and one is left',
    ),
  onInvalid: z
    .enum(['error', 'skip'])
    .default('error')
    .describe('a row without text ends the run before it starts, or is left out with a warning'),
  maxLength: maxLength.describe(
    'most tokens of an example, special ones included; longer texts are cut into several examples',
  ),
  tokenizer,
  limit,
});

export type MlmData = z.infer<typeof mlmSchema>;
