/** The recipe's `data` of the tasks `vqa` and `gqa`. */
import { blindField, limitField, readerFields } from '@mdpd/data/image-text/recipe-fields';
import { z } from 'zod';

const split = (description: string) => z.string().min(1).describe(description);
const minCount = z.int().min(1);
const loss = z.enum(['bce', 'crossEntropy']);
const lossText =
  'bce: binary cross-entropy of every answer with how many people gave it; crossEntropy: one answer is right';

export const vqaSchema = z.strictObject({
  root: z.string().min(1).describe('folder of the data, or a folder source'),
  format: z
    .enum(['vqa-v2', 'easy-vqa', 'table'])
    .default('vqa-v2')
    .describe(
      'vqa-v2: questions and annotations of visualqa.org; easy-vqa: easy_vqa/data of that package; table: .csv, .tsv, .jsonl or .parquet files with a column of image paths, one of questions and one of answers',
    ),
  train: split(
    'what is learnt from: a subtype (train2014), for tables a file; slices ([:1000]) and sums (a + b) are allowed. Default: train2014, train, train.csv by format',
  ).optional(),
  validation: split('what choices are made on during development, as train').optional(),
  test: split(
    'what the result is measured on, as train. Default: val2014, test, test.csv by format',
  ).optional(),
  submission: split('vqa-v2: the subtype whose answers are sent to the server').default('test2015'),
  columns: z
    .strictObject({
      image: z.string().min(1).default('image').describe('column with paths of images'),
      question: z.string().min(1).default('question').describe('column of questions'),
      answer: z.string().min(1).default('answer').describe('column of answers'),
    })
    .prefault({})
    .describe('table: names of its columns'),
  minCount: minCount
    .optional()
    .describe(
      'how often an answer must be right in training to be among those that can be given; default: 9 for vqa-v2, else 1',
    ),
  loss: loss.optional().describe(`${lossText}; default: bce for vqa-v2, else crossEntropy`),
  perQuestionType: z
    .boolean()
    .default(false)
    .describe('vqa-v2: accuracies also by the first words of the question'),
  ...readerFields,
  blind: blindField,
  limit: limitField('questions'),
});
export type VqaData = z.infer<typeof vqaSchema>;

export const gqaSchema = z.strictObject({
  root: z
    .string()
    .min(1)
    .describe('folder with TIER_balanced_questions.json and images/, or a folder source'),
  train: split('list of questions to learn from, with slices and sums: train_balanced, train_all').default(
    'train_balanced',
  ),
  validation: split('list for choices during development: val_balanced').optional(),
  test: split('list that the result is measured on').default('testdev_balanced'),
  submission: split('list whose answers are sent to the server').default('submission_all'),
  minCount: minCount
    .default(1)
    .describe('how often an answer must be right in training to be among those that can be given'),
  loss: loss.default('crossEntropy').describe(lossText),
  ...readerFields,
  blind: blindField,
  limit: limitField('questions'),
});
export type GqaData = z.infer<typeof gqaSchema>;
