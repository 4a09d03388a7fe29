import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { loadRecipe, trainSchema } from '@mdpd/core';
import { parseSplitSpec } from '@mdpd/data/split-spec';
import { describe, expect, it } from 'vitest';
import { glueSchema } from './glue-schema.ts';
import { findGlueTask, glueTasks } from './glue-tasks.ts';
import { mlmSchema } from './mlm-schema.ts';
import { textSchema } from './text-schema.ts';

const root = fileURLToPath(new URL('../../../../configs/', import.meta.url));
const recipes = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yaml') && !name.endsWith('.results.yaml'))
    .map((name) => join(folder, name));

/** A recipe of a task's own data is named after the task and the backbone; `reviews.yaml` brings data of its own. */
const published = /^glue\/[a-z0-9]+\.[a-z0-9-]+\.yaml$/;

describe('the recipes of GLUE', () => {
  const all = recipes('glue');
  const files = all.filter((file) => published.test(file));

  it.each(all)('%s names data that the task understands', (file) => {
    const { tree } = loadRecipe(join(root, file));
    expect(tree.task).toBe('glue');
    expect(findGlueTask(glueSchema.parse(tree.data).task).name).not.toBe('');
    expect(trainSchema.parse(tree.train).epochs).toBeGreaterThan(0);
  });

  it('are one for every task and backbone', () => {
    const names = glueTasks.filter(({ name }) => name !== 'ax').map(({ name }) => name);
    const wanted = names.flatMap((name) =>
      ['bert-base', 't5-base'].map((each) => `glue/${name}.${each}.yaml`),
    );
    expect(files).toEqual(expect.arrayContaining(wanted));
  });

  it.each(files)('%s is what its name says', (file) => {
    const { tree } = loadRecipe(join(root, file));
    const data = glueSchema.parse(tree.data);
    const [name, backbone] = file.replace('glue/', '').split('.') as [string, string];
    expect(findGlueTask(data.task).name).toBe(name);
    expect(tree.backbone).toMatch(backbone);
  });
});

describe('the recipes of texts', () => {
  it.each(recipes('text'))('%s names data that this task understands', (file) => {
    const { tree } = loadRecipe(join(root, file));
    expect(tree.task).toBe('text');
    const data = textSchema.parse(tree.data);
    for (const name of ['train', 'validation', 'test', 'unlabelled'] as const) {
      const given = data[name];
      if (typeof given === 'string') expect(parseSplitSpec(given).length).toBeGreaterThan(0);
    }
    trainSchema.parse(tree.train);
  });
});

describe('the recipes of pretraining', () => {
  it('name texts that the task mlm understands', () => {
    const trees = recipes('pretrain').map((file) => loadRecipe(join(root, file)).tree);
    const own = trees.filter(({ task }) => task === 'mlm');
    expect(own.length).toBeGreaterThan(0);
    for (const { data: given, train } of own) {
      const data = mlmSchema.parse(given);
      for (const spec of [data.train, data.test!]) {
        expect(parseSplitSpec(spec).map(({ kind }) => kind)).toEqual(['source', 'source']);
      }
      trainSchema.parse(train);
    }
  });
});
