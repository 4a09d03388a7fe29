/** The recipe's `data` of the two tasks that pretrain on captions. */
import { preprocessingPresets } from '@mdpd/data/preprocessor-config';
import { z } from 'zod';

const subtype = z.string().regex(/^[\w-]+$/u, 'the name of a folder of images, for example train2014');
const count = z.int().min(1);

const captionFields = {
  root: z
    .string()
    .min(1)
    .describe(
      'folder with annotations/captions_SUBTYPE.json and images in SUBTYPE/, as COCO has them, or a folder source',
    ),
  train: subtype.default('train2014').describe('subtype to learn from: train2014'),
  validation: subtype.optional().describe('subtype for choices during development'),
  test: subtype.default('val2014').describe('subtype that the result is measured on: val2014'),
  maxLength: z
    .int()
    .min(4)
    .max(512)
    .default(40)
    .describe('most tokens of a caption, special ones included; longer ones are cut'),
  tokenizer: z.string().min(1).optional().describe("folder of another tokenizer than the backbone's"),
  preprocessing: z
    .enum(preprocessingPresets)
    .default('checkpoint')
    .describe('size and normalisation of images: of the backbone (`checkpoint`), `imagenet` or `inception`'),
  limit: z
    .union([
      count,
      z.strictObject({ train: count.optional(), validation: count.optional(), test: count.optional() }),
    ])
    .optional()
    .describe('at most this many images, evenly spread: of every split, or by split'),
  cacheMegabytes: z
    .number()
    .min(0)
    .max(1_048_576)
    .default(512)
    .describe('memory for decoded images; those beyond it are decoded whenever they are used'),
};

export const matchingSchema = z.strictObject({
  ...captionFields,
  foils: z
    .boolean()
    .default(false)
    .describe(
      'half of the false captions differ from a true one by a word: annotations/foil_SUBTYPE.json, as in FOIL-COCO',
    ),
});
export type MatchingData = z.infer<typeof matchingSchema>;

export const contrastiveSchema = z.strictObject({
  ...captionFields,
  temperature: z
    .number()
    .min(0.005)
    .max(1)
    .default(0.07)
    .describe('similarities are divided by it; CLIP starts at 0.07'),
});
export type ContrastiveData = z.infer<typeof contrastiveSchema>;

/** What both have. */
export type CaptionData = z.infer<z.ZodObject<typeof captionFields>>;
