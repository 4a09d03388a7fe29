import { loadPlugins } from '@mdpd/cli/plugins';
import { loadRecipe, parseRecipe, resolveRecipe, stringifyRecipe } from '@mdpd/core';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filesBelow, publishedRecipes, root, textOf } from './workspace.ts';

const recipes = filesBelow('configs', '.yaml').filter((file) => !file.endsWith('.results.yaml'));
const sweeps = filesBelow('configs', '.results.yaml');
let registry: Awaited<ReturnType<typeof loadPlugins>>['registry'];

beforeAll(async () => {
  ({ registry } = await loadPlugins({ directory: root }));
});

describe.each(recipes)('%s', (file) => {
  it('resolves, and what is written out resolves to the same', () => {
    const recipe = resolveRecipe(loadRecipe(join(root, file)), registry);
    const again = resolveRecipe(parseRecipe(stringifyRecipe(recipe), 'again.yaml'), registry);
    expect(again).toEqual(recipe);
  });

  it.runIf(publishedRecipes().includes(file))('starts with its schema and its command', () => {
    const [first, second] = textOf(file).split('\n');
    expect(first).toBe('# yaml-language-server: $schema=../recipe.schema.json');
    expect(second).toContain(`npx mdpd train ${file}`);
  });
});

interface Sweep {
  readonly recipe: string;
  readonly main: string;
  readonly rows: readonly {
    readonly name: string;
    readonly twin?: string;
    readonly overrides: readonly string[];
  }[];
}

describe.each(sweeps)('%s', (file) => {
  const sweep = parse(textOf(file)) as Sweep;

  it('names rows that exist', () => {
    const names = sweep.rows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain(sweep.main);
    for (const { twin } of sweep.rows) if (twin !== undefined) expect(names).toContain(twin);
  });

  it.each(sweep.rows.map((row) => [row.name, row.overrides] as const))(
    'row %s resolves',
    (_name, overrides) => {
      expect(existsSync(join(root, sweep.recipe))).toBe(true);
      expect(resolveRecipe(loadRecipe(join(root, sweep.recipe), [...overrides]), registry).task).toBeTypeOf(
        'string',
      );
    },
  );
});
