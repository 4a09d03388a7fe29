import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadRecipe } from '@mdpd/core';
import { describe, expect, it } from 'vitest';
import { namedParts, refcocoSchema } from './data-schema.ts';

const root = fileURLToPath(new URL('../../../../configs/refcoco/', import.meta.url));
const files = readdirSync(root).filter((name) => name.endsWith('.yaml') && !name.endsWith('.results.yaml'));

describe('the recipes', () => {
  it('are all here', () => {
    const names = ['refcoco', 'refcoco+', 'refcocog'].map((name) => `${name}.vilt.yaml`);
    expect(files).toEqual(expect.arrayContaining([...names, 'scenes.yaml']));
  });

  it.each(files)('%s names splits that the data set has', (file) => {
    const { tree } = loadRecipe(join(root, file));
    expect(tree.task).toBe('refcoco');
    const data = refcocoSchema.parse(tree.data);
    if (file !== 'scenes.yaml') expect(file).toBe(`${data.name}.vilt.yaml`);
    const { train, validation, test } = namedParts(data);
    expect([train, validation]).toEqual([['train'], ['val']]);
    expect(test).toEqual(data.name === 'refcocog' ? ['test'] : ['testA', 'testB']);
  });
});
