/** The recipe's `data` for GLUE. */
import { z } from 'zod';
import { answerStyles } from './glue-answers.ts';
import { glueProtocols } from './glue-protocol.ts';

const path = z.string().min(1);
const count = z.int().min(1);

/** Keys that both text tasks have. */
export const textFields = {
  maxLength: z
    .int()
    .min(4)
    .max(65_536)
    .default(128)
    .describe('most tokens of an example, special ones included; longer texts are cut'),
  tokenizer: path
    .optional()
    .describe("folder with tokenizer.json; default: the backbone's, which is nearly always right"),
  splitSeed: z
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(42)
    .describe('of the permutation by which splits are cut; papers use 42'),
  limit: z
    .union([
      count,
      z.strictObject({ train: count.optional(), validation: count.optional(), test: count.optional() }),
    ])
    .optional()
    .describe('at most this many examples, evenly spread: of every split, or by split'),
};

const fields = z.strictObject({
  task: path.describe('task of GLUE: cola, sst2, mrpc, stsb, qqp, mnli, qnli, rte or wnli'),
  root: path
    .optional()
    .describe(
      'folder of GLUE: the original folders (CoLA, SST-2, …), or those of nyu-mll/glue (cola, sst2, …) in Parquet or JSONL',
    ),
  source: path.optional().describe('where GLUE is fetched from instead: hub:nyu-mll/glue'),
  train: path
    .optional()
    .describe('file of training examples, instead of `root`: .tsv, .csv, .jsonl or .parquet'),
  validation: path
    .optional()
    .describe('file of validation examples, instead of `root`; of MNLI the matched ones'),
  mismatched: path.optional().describe("file of MNLI's mismatched validation examples, instead of `root`"),
  protocol: z
    .enum(glueProtocols)
    .default('validation')
    .describe(
      '`validation` tests on all validation examples; `half` chooses on one part and tests on another, as LST does',
    ),
  answers: z
    .enum(answerStyles)
    .default('digits')
    .describe(
      'of a backbone that answers in words (T5): `digits` as LST does, or `words` (positive, entailment) as T5 was pretrained',
    ),
  ...textFields,
});

export type GlueData = z.infer<typeof fields>;

/** Strict; the examples come from a folder, from a source, or from files by name. */
export const glueSchema: z.ZodType<GlueData> = fields.superRefine((data, context) => {
  const report = (key: keyof GlueData, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  if (data.root?.startsWith('hub:')) report('root', `a folder; write source: ${data.root} to fetch it`);
  const files = (['train', 'validation', 'mismatched'] as const).filter((key) => data[key] !== undefined);
  if (data.root !== undefined && data.source !== undefined)
    report('source', 'give either root or source, not both');
  if (data.root === undefined && data.source === undefined) {
    if (files.length === 0)
      report('root', 'missing: the folder of GLUE, or files under train and validation');
    return;
  }
  const other = data.root === undefined ? 'source' : 'root';
  for (const key of files) report(key, `give either ${key} or ${other}, not both`);
});
