/** examples.json of a run: what its page shows of the test split. Written once, after the last evaluation. */
import { z } from 'zod';

const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);

const shownPrediction = z.object({
  /** As people read it: a class name, an answer, a score. */
  value: z.string(),
  /** In [0, 1]. */
  probability: z.number().optional(),
  /** Upper left corner, width and height, in pixels of the upright image as the file has it. */
  box: box.optional(),
});

/** How faded model and side network did: `mended` was wrong with the side network, `broken` right. */
export const exampleKinds = ['right', 'wrong', 'mended', 'broken'] as const;

const shownExample = z.object({
  kind: z.enum(exampleKinds),
  /** Number in the split, from 0. */
  index: z.int().min(0),
  /** What the label says. */
  expected: z.string().optional(),
  expectedBox: box.optional(),
  /** What was asked: a sentence, a pair of them, a question. Cut to 500 characters each. */
  texts: z.array(z.string()).optional(),
  image: z
    .object({
      /** `data:image/webp;base64,…`, at most 240 pixels a side. */
      source: z.string().startsWith('data:image/'),
      /** Of the upright image as the file has it: boxes are in these pixels. */
      width: z.int().min(1),
      height: z.int().min(1),
    })
    .optional(),
  faded: shownPrediction.optional(),
  side: shownPrediction.optional(),
});

/** Rows are what is right, columns what was predicted, both in the order of `labels`. */
const confusion = z.object({
  labels: z.array(z.string()),
  /** Labels of the task that are left out, because `labels` has those that are confused most; 0: none. */
  hiddenLabels: z.int().min(0),
  faded: z.array(z.array(z.int().min(0))).optional(),
  side: z.array(z.array(z.int().min(0))).optional(),
});

/** What examples.json holds. */
export const shownExamplesSchema = z.object({
  split: z.string(),
  /** Examples of the split that were evaluated. */
  examples: z.int().min(0),
  /** How many of them are of a kind; absent where the task does not say what is right. */
  counts: z.partialRecord(z.enum(exampleKinds), z.int().min(0)).optional(),
  confusion: confusion.optional(),
  /** At most 32, some of every kind. */
  shown: z.array(shownExample),
});

/** What examples.json holds. */
export type ShownExamples = z.infer<typeof shownExamplesSchema>;
/** One of `ShownExamples.shown`. */
export type ShownExampleRecord = z.infer<typeof shownExample>;
/** One of `exampleKinds`. */
export type ExampleKind = (typeof exampleKinds)[number];
