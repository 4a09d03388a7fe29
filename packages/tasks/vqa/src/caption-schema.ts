/** The recipe's `data` of the tasks that pretrain on captions. */
import { limitField, readerFields } from '@mdpd/data/image-text/recipe-fields';
import { z } from 'zod';

const subtype = z.string().regex(/^[\w-]+$/u, 'the name of a folder of images, for example train2014');

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
  ...readerFields,
  limit: limitField('images'),
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

export const maskedCaptionsSchema = z.strictObject({
  ...captionFields,
  maskRatio: z
    .number()
    .gt(0)
    .max(0.9)
    .default(0.15)
    .describe(
      'share of the tokens that are to be guessed: of ten, eight are hidden, one is replaced and one is left',
    ),
});
export type MaskedCaptionsData = z.infer<typeof maskedCaptionsSchema>;

/** What all have. */
export type CaptionData = z.infer<z.ZodObject<typeof captionFields>>;
