/** The recipe's `data` for image classification. */
import { augmentSchema } from '@mdpd/data/augment';
import { preprocessingPresets } from '@mdpd/data/preprocessor-config';
import { z } from 'zod';

const split = z.string().min(1);
const count = z.int().min(1);

const fields = z.strictObject({
  train: split
    .optional()
    .describe(
      'training images: SOURCE:SPLIT, a folder of class folders or a list file; slices and " + " as in docs/data.md',
    ),
  validation: split.optional().describe('images for choices during development'),
  test: split.optional().describe('images that the result is measured on'),
  unlabelled: split
    .optional()
    .describe('further images, whose labels are not used, for methods that can use them'),
  root: split.optional().describe('folder of VTAB-1k, with one folder for each of its tasks; needs `name`'),
  name: split.optional().describe('task of VTAB-1k: cifar, caltech101, dtd, …'),
  protocol: z
    .enum(['final', 'tune'])
    .default('final')
    .describe(
      'VTAB-1k: `final` trains on train800val200 and tests on test, `tune` trains on train800 and tests on val200',
    ),
  preprocessing: z
    .enum(preprocessingPresets)
    .default('checkpoint')
    .describe(
      'size and normalisation: of the backbone (`checkpoint`), or with the means of `imagenet` or `inception`',
    ),
  augment: augmentSchema.prefault({}).describe('random changes of training images'),
  onCorrupt: z
    .enum(['error', 'skip'])
    .default('error')
    .describe('an image that cannot be read ends the run before it starts, or is left out with a warning'),
  limit: z
    .union([
      count,
      z.strictObject({
        train: count.optional(),
        validation: count.optional(),
        test: count.optional(),
        unlabelled: count.optional(),
      }),
    ])
    .optional()
    .describe('at most this many images, evenly spread: of every split, or by split'),
  cacheMegabytes: z
    .number()
    .min(0)
    .max(1_048_576)
    .default(256)
    .describe(
      'memory for decoded images of all splits together; images beyond it are decoded whenever they are used',
    ),
});

export type VtabData = z.infer<typeof fields>;

/** Strict; either splits by name, or root and name of a VTAB-1k task. */
export const dataSchema: z.ZodType<VtabData> = fields.superRefine((data, context) => {
  const report = (key: keyof VtabData, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  const own = (['train', 'validation', 'test'] as const).filter((key) => data[key] !== undefined);
  if (data.root === undefined && data.name === undefined) {
    if (own.length === 0) report('train', 'missing: give train and test, or root and name of a VTAB-1k task');
    return;
  }
  if (data.root === undefined) report('root', 'missing: the folder of VTAB-1k, because `name` is given');
  if (data.name === undefined) report('name', 'missing: a task of VTAB-1k, because `root` is given');
  for (const key of own) report(key, `give either ${key}, or root and name of a VTAB-1k task, not both`);
});
