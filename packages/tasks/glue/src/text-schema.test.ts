import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { textColumns, textSchema, type TextData } from './text-schema.ts';

const issues = (data: unknown): string[] =>
  textSchema.safeParse(data).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
const own = { train: './train.csv', test: './test.csv', text: 'body', label: 'kind' };

describe('textSchema', () => {
  it('writes every default out, and reads back what it wrote', () => {
    const data = textSchema.parse(own);
    expect(data).toEqual({ ...own, onInvalid: 'error', maxLength: 128, splitSeed: 42 } satisfies TextData);
    expect(textSchema.parse(data)).toEqual(data);
  });

  it('describes every key', () => {
    const { properties } = z.toJSONSchema(textSchema) as {
      properties: Record<string, { description?: string }>;
    };
    expect(Object.keys(properties)).toEqual([
      ...['train', 'validation', 'test', 'unlabelled', 'text', 'label', 'score', 'onInvalid'],
      ...['maxLength', 'tokenizer', 'splitSeed', 'limit'],
    ]);
    for (const [key, { description }] of Object.entries(properties)) expect(description, key).toMatch(/\w/);
  });

  it('takes classes or scores, one text or two, files or shares', () => {
    expect(issues({ ...own, validation: 0.1, test: 0.2 })).toEqual([]);
    expect(issues({ train: 'a', text: ['question', 'answer'], score: 'stars' })).toEqual([]);
    expect(issues({ train: 'a', text: 'body' })).toEqual([
      'label: missing: the column of the class; or `score`, the column of a number',
    ]);
    expect(issues({ ...own, score: 'stars' })).toEqual(['score: give either label or score, not both']);
    expect(textColumns({ text: 'body' })).toEqual(['body']);
    expect(textColumns({ text: ['a', 'b'] })).toEqual(['a', 'b']);
  });

  it.each([
    [{ ...own, train: undefined }],
    [{ ...own, train: '' }],
    [{ ...own, train: 0.5 }],
    [{ ...own, test: 0 }],
    [{ ...own, test: 0.6 }],
    [{ ...own, text: undefined }],
    [{ ...own, text: ['a'] }],
    [{ ...own, text: ['a', 'b', 'c'] }],
    [{ ...own, onInvalid: 'ignore' }],
    [{ ...own, labels: 'kind' }],
  ])('refuses %j', (data) => {
    expect(issues(data)).not.toEqual([]);
  });
});
