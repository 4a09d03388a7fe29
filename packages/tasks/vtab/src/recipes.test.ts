import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { loadRecipe } from '@mdpd/core';
import { parseSplitSpec } from '@mdpd/data/split-spec';
import { describe, expect, it } from 'vitest';
import { dataSchema } from './data-schema.ts';
import { findVtabTask } from './vtab-tasks.ts';

const root = fileURLToPath(new URL('../../../../configs/', import.meta.url));
const files = ['vtab', 'pretrain'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('.results.yaml'))
    .map((name) => join(folder, name))
    // Backbones of other tasks are pretrained too.
    .filter((name) => folder !== 'pretrain' || loadRecipe(join(root, name)).tree.task === 'vtab'),
);

describe('the recipes', () => {
  it('are all here', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'vtab/mnist.yaml',
        'vtab/folder.yaml',
        'vtab/vtab-1k.yaml',
        'pretrain/tiny-vit.yaml',
      ]),
    );
  });

  it.each(files)('%s names data that this task understands', (file) => {
    const { tree } = loadRecipe(join(root, file));
    expect(tree.task).toBe('vtab');
    const data = dataSchema.parse(tree.data);
    for (const name of ['train', 'validation', 'test', 'unlabelled'] as const) {
      if (data[name] !== undefined) expect(parseSplitSpec(data[name]).length).toBeGreaterThan(0);
    }
    if (data.name !== undefined) expect(findVtabTask(data.name).name).toBe(data.name);
  });
});
