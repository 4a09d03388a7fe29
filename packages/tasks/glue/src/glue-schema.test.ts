import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { glueSchema, type GlueData } from './glue-schema.ts';

const issues = (data: unknown): string[] =>
  glueSchema.safeParse(data).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('glueSchema', () => {
  it('writes every default out, and reads back what it wrote', () => {
    const data = glueSchema.parse({ task: 'sst2', root: './glue' });
    expect(data).toEqual({
      task: 'sst2',
      root: './glue',
      protocol: 'validation',
      answers: 'digits',
      maxLength: 128,
      splitSeed: 42,
    } satisfies GlueData);
    expect(glueSchema.parse(data)).toEqual(data);
  });

  it('describes every key', () => {
    const { properties } = z.toJSONSchema(glueSchema) as {
      properties: Record<string, { description?: string; default?: unknown }>;
    };
    const described = Object.entries(properties).map(
      ([key, { description, default: value }]) =>
        `${key}: ${description}${value === undefined ? '' : ` (${JSON.stringify(value)})`}`,
    );
    expect(described).toMatchInlineSnapshot(`
      [
        "task: task of GLUE: cola, sst2, mrpc, stsb, qqp, mnli, qnli, rte or wnli",
        "root: folder of GLUE: the original folders (CoLA, SST-2, …), or those of nyu-mll/glue (cola, sst2, …) in Parquet or JSONL",
        "source: where GLUE is fetched from instead: hub:nyu-mll/glue",
        "train: file of training examples, instead of \`root\`: .tsv, .csv, .jsonl or .parquet",
        "validation: file of validation examples, instead of \`root\`; of MNLI the matched ones",
        "mismatched: file of MNLI's mismatched validation examples, instead of \`root\`",
        "protocol: \`validation\` tests on all validation examples; \`half\` chooses on one part and tests on another, as LST does ("validation")",
        "answers: of a backbone that answers in words (T5): \`digits\` as LST does, or \`words\` (positive, entailment) as T5 was pretrained ("digits")",
        "maxLength: most tokens of an example, special ones included; longer texts are cut (128)",
        "tokenizer: folder with tokenizer.json; default: the backbone's, which is nearly always right",
        "splitSeed: of the permutation by which splits are cut; papers use 42 (42)",
        "limit: at most this many examples, evenly spread: of every split, or by split",
      ]
    `);
  });

  it('takes a folder, a source or files, and only one of them', () => {
    expect(issues({ task: 'sst2', source: 'hub:nyu-mll/glue' })).toEqual([]);
    expect(issues({ task: 'sst2', train: 'a.jsonl', validation: 'b.jsonl' })).toEqual([]);
    expect(issues({ task: 'sst2', root: 'hub:nyu-mll/glue' })).toEqual([
      'root: a folder; write source: hub:nyu-mll/glue to fetch it',
    ]);
    expect(issues({ task: 'sst2' })).toEqual([
      'root: missing: the folder of GLUE, or files under train and validation',
    ]);
    expect(issues({ task: 'sst2', root: 'a', source: 'b' })).toEqual([
      'source: give either root or source, not both',
    ]);
    expect(issues({ task: 'sst2', root: 'a', train: 'b', mismatched: 'c' })).toEqual([
      'train: give either train or root, not both',
      'mismatched: give either mismatched or root, not both',
    ]);
    expect(issues({ task: 'sst2', source: 'a', validation: 'b' })).toEqual([
      'validation: give either validation or source, not both',
    ]);
  });

  it.each([
    [{}],
    [{ task: '', root: 'a' }],
    [{ task: 'sst2', root: '' }],
    [{ task: 'sst2', root: 'a', protocol: 'official' }],
    [{ task: 'sst2', root: 'a', maxLength: 3 }],
    [{ task: 'sst2', root: 'a', maxLength: 12.5 }],
    [{ task: 'sst2', root: 'a', splitSeed: -1 }],
    [{ task: 'sst2', root: 'a', splitSeed: 2 ** 32 }],
    [{ task: 'sst2', root: 'a', limit: 0 }],
    [{ task: 'sst2', root: 'a', limit: { tests: 1 } }],
    [{ task: 'sst2', root: 'a', maxlength: 12 }],
  ])('refuses %j', (data) => {
    expect(issues(data)).not.toEqual([]);
  });
});
