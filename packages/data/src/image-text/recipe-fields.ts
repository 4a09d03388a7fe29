/** What the recipe's `data` of every task over images with texts may say, for its own schema: `...readerFields`. */
import { z } from 'zod';
import { preprocessingPresets } from '../preprocessor-config.ts';

const count = z.int().min(1);

/** Fields of a schema of `data`, to be spread into it: `z.strictObject({ ...readerFields })`. */
export const readerFields = {
  maxLength: z
    .int()
    .min(4)
    .max(512)
    .default(40)
    .describe('most tokens of a text, special ones included; longer ones are cut'),
  tokenizer: z.string().min(1).optional().describe("folder of another tokenizer than the backbone's"),
  preprocessing: z
    .enum(preprocessingPresets)
    .default('checkpoint')
    .describe('size and normalisation of images: of the backbone (`checkpoint`), `imagenet` or `inception`'),
  cacheMegabytes: z
    .number()
    .min(0)
    .max(1_048_576)
    .default(512)
    .describe('memory for decoded images; those beyond it are decoded whenever they are used'),
};

/** `data.blind` of tasks with questions or expressions. */
export const blindField = z
  .boolean()
  .default(false)
  .describe('every image is plain (the mean colour): what can be known from the text alone, for comparison');

/** `data.limit` of tasks with three splits; `what` is counted. */
export const limitField = (what: string) =>
  z
    .union([
      count,
      z.strictObject({ train: count.optional(), validation: count.optional(), test: count.optional() }),
    ])
    .optional()
    .describe(`at most this many ${what}, evenly spread: of every split, or by split`);
