import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dataSchema, type VtabData } from './data-schema.ts';

const issues = (data: unknown): string[] =>
  dataSchema.safeParse(data).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('dataSchema', () => {
  it('writes every default out', () => {
    expect(dataSchema.parse({ train: 'mnist:train', test: 'mnist:test' })).toEqual({
      train: 'mnist:train',
      test: 'mnist:test',
      protocol: 'final',
      preprocessing: 'checkpoint',
      augment: {
        shift: 0,
        rotate: 0,
        scale: 0,
        shear: 0,
        flip: 0,
        background: 'edge',
        contrast: 0,
        brightness: 0,
        invert: 0,
        noise: 0,
        erase: 0,
      },
      onCorrupt: 'error',
      cacheMegabytes: 256,
    } satisfies VtabData);
  });

  it('reads back what it wrote', () => {
    const data = dataSchema.parse({
      root: './vtab-1k',
      name: 'cifar',
      augment: { scale: [0.8, 1.2], contrast: 0.2 },
    });
    expect(dataSchema.parse(data)).toEqual(data);
  });

  it('describes every key', () => {
    const { properties } = z.toJSONSchema(dataSchema) as {
      properties: Record<string, { description?: string }>;
    };
    expect(Object.keys(properties)).toHaveLength(12);
    for (const [key, { description }] of Object.entries(properties)) expect(description, key).toMatch(/\w/);
  });

  it('takes splits by name or VTAB-1k by root and name, not both or half', () => {
    expect(issues({ train: 'a', unlabelled: 'b' })).toEqual([]);
    expect(issues({ root: 'r', name: 'cifar', unlabelled: 'b' })).toEqual([]);
    expect(issues({})).toEqual(['train: missing: give train and test, or root and name of a VTAB-1k task']);
    expect(issues({ root: 'r' })).toEqual(['name: missing: a task of VTAB-1k, because `root` is given']);
    expect(issues({ name: 'cifar' })).toEqual([
      'root: missing: the folder of VTAB-1k, because `name` is given',
    ]);
    expect(issues({ root: 'r', name: 'cifar', test: 't' })).toEqual([
      'test: give either test, or root and name of a VTAB-1k task, not both',
    ]);
  });

  it.each([
    [{ train: '' }],
    [{ train: 7 }],
    [{ train: 'a', tests: 'b' }],
    [{ train: 'a', protocol: 'official' }],
    [{ train: 'a', preprocessing: 'vit' }],
    [{ train: 'a', onCorrupt: 'ignore' }],
    [{ train: 'a', limit: 0 }],
    [{ train: 'a', limit: 1.5 }],
    [{ train: 'a', limit: { tests: 1 } }],
    [{ train: 'a', cacheMegabytes: -1 }],
    [{ train: 'a', augment: { rotation: 3 } }],
  ])('refuses %j', (data) => {
    expect(issues(data)).not.toEqual([]);
  });
});
