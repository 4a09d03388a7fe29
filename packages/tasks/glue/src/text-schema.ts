/** The recipe's `data` for texts of your own. */
import { z } from 'zod';
import { textFields } from './glue-schema.ts';

const split = z.string().min(1);
const column = z.string().min(1);
const part = z.union([split, z.number().gt(0).max(0.5)]);

const fields = z.strictObject({
  train: split.describe(
    'training examples: a file (.csv, .tsv, .jsonl, .parquet) or SOURCE:SPLIT, with slices as in docs/text.md',
  ),
  validation: part
    .optional()
    .describe('examples for choices during development; or a share of the training examples: 0.1'),
  test: part
    .optional()
    .describe('examples that the result is measured on; or a share of the training examples: 0.2'),
  unlabelled: split
    .optional()
    .describe('further examples, whose labels are not used, for methods that can use them'),
  text: z
    .union([column, z.tuple([column, column])])
    .describe('column of the text, or both columns of a pair: [question, answer]'),
  label: column.optional().describe('column of the class: any words or numbers'),
  score: column.optional().describe('column of a number to predict, instead of `label`'),
  onInvalid: z
    .enum(['error', 'skip'])
    .default('error')
    .describe('a row without text or label ends the run before it starts, or is left out with a warning'),
  ...textFields,
});

export type TextData = z.infer<typeof fields>;

/** Strict; either classes or scores. */
export const textSchema: z.ZodType<TextData> = fields.superRefine((data, context) => {
  const report = (key: keyof TextData, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  if (data.label === undefined && data.score === undefined) {
    report('label', 'missing: the column of the class; or `score`, the column of a number');
  }
  if (data.label !== undefined && data.score !== undefined)
    report('score', 'give either label or score, not both');
});

/** Columns of the text. */
export function textColumns({ text }: Pick<TextData, 'text'>): readonly string[] {
  return typeof text === 'string' ? [text] : text;
}
