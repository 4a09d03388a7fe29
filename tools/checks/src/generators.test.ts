/** The generators of tools/mdpd-plugin, run on this workspace without writing anything. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseRecipe } from '@mdpd/core';
import { FsTree } from 'nx/src/generators/tree.js';
import { describe, expect, it } from 'vitest';
import { commandsIn, packageFolders, root, textOf } from './workspace.ts';

type Generator = (tree: FsTree, options: { readonly name: string }) => Promise<() => void>;

const require = createRequire(import.meta.url);
const generatorOf = (kind: string): Generator =>
  require(join(root, `tools/mdpd-plugin/src/generators/${kind}-plugin.js`)) as Generator;

async function changesOf(kind: string, name: string) {
  const tree = new FsTree(root, false);
  await generatorOf(kind)(tree, { name });
  return tree.listChanges().map(({ path, type, content }) => ({ path, type, text: String(content) }));
}

it('are listed with files that are there', () => {
  const { generators } = JSON.parse(textOf('tools/mdpd-plugin/generators.json')) as {
    generators: Record<string, { factory: string; schema: string }>;
  };
  expect(Object.keys(generators)).toEqual(['task-plugin', 'backbone-plugin', 'method-plugin']);
  for (const { factory, schema } of Object.values(generators)) {
    expect(existsSync(join(root, 'tools/mdpd-plugin', `${factory}.js`))).toBe(true);
    expect(existsSync(join(root, 'tools/mdpd-plugin', schema))).toBe(true);
  }
});

describe.each([
  ['task', 'packages/tasks'],
  ['backbone', 'packages/backbones'],
  ['method', 'packages/methods'],
])('%s-plugin', (kind, parent) => {
  const folder = `${parent}/first-try`;
  const changes = changesOf(kind, 'first-try');
  const textAt = async (path: string): Promise<string> =>
    (await changes).find((change) => change.path === path)!.text;

  it('makes new files alone: a package, a recipe and a page', async () => {
    for (const { path, type } of await changes) {
      expect(type).toBe('CREATE');
      expect(existsSync(join(root, path)), path).toBe(false);
      const own = path.startsWith(`${folder}/`);
      expect(own || ['configs/first-try/first-try.yaml', 'docs/first-try.md'].includes(path), path).toBe(
        true,
      );
    }
    expect((await changes).map(({ path }) => path)).toContain(`${folder}/src/conformance.test.ts`);
  });

  it('makes a package like the others', async () => {
    const manifest = JSON.parse(await textAt(`${folder}/package.json`)) as Record<string, unknown>;
    const others = packageFolders().filter((other) => /^packages\/(tasks|backbones)\//u.test(other));
    const model = JSON.parse(textOf(`${others[0]}/package.json`)) as Record<string, unknown>;
    for (const key of ['version', 'license', 'type', 'engines', 'exports', 'files', 'keywords'])
      expect(manifest[key], key).toEqual(model[key]);
    expect(manifest).toMatchObject({ name: `@mdpd/${kind}-first-try`, nx: { tags: [`room:${kind}`] } });
    const { references } = JSON.parse(await textAt(`${folder}/tsconfig.lib.json`)) as {
      references: { path: string }[];
    };
    for (const { path } of references) expect(existsSync(join(root, folder, '..', path.slice(3)))).toBe(true);
  });

  it('makes a recipe and a page that name what is there', async () => {
    const recipe = await textAt('configs/first-try/first-try.yaml');
    expect(recipe.split('\n')[0]).toBe('# npx mdpd train configs/first-try/first-try.yaml');
    expect(parseRecipe(recipe, 'first-try.yaml').tree).toHaveProperty('train');
    const commands = commandsIn(await textAt('docs/first-try.md'));
    expect(commands[0]).toBe('npx mdpd train configs/first-try/first-try.yaml');
    expect(commands.at(-1)).toBe(`npx nx test @mdpd/${kind}-first-try`);
  });
});

describe('what is refused', () => {
  it('a name that is taken', async () => {
    await expect(changesOf('task', 'vtab')).rejects.toThrow(
      'there is already packages/tasks/vtab: choose another name',
    );
    // The page of data is in its place.
    await expect(changesOf('method', 'data')).rejects.toThrow(
      'there is already docs/data.md: choose another name',
    );
  });

  it('a name that cannot be one', async () => {
    await expect(changesOf('backbone', 'My Net')).rejects.toThrow(
      'error CREATE_NAME\n  "My Net" cannot be the name of a plugin\n',
    );
  });
});
