/** Messages name packages by a table in core, which must say what the packages register. */
import { loadPlugins } from '@mdpd/cli/plugins';
import type { Registry, Shelf } from '@mdpd/core';
import { officialPlugins, settingsOfTasks } from '@mdpd/core/official-plugins';
import { beforeAll, expect, it } from 'vitest';
import { filesBelow, publishedFolders, root, textOf } from './workspace.ts';

let registry: Registry;
beforeAll(async () => {
  ({ registry } = await loadPlugins({ directory: root }));
});

const published = publishedFolders().map(
  (folder) => (JSON.parse(textOf(`${folder}/package.json`)) as { name: string }).name,
);

/** package → names, as the table has them. */
function byPackage(entries: readonly (readonly [string, string])[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const official = entries.filter(([, plugin]) => published.includes(plugin));
  for (const [name, plugin] of official) (found[plugin] ??= []).push(name);
  return found;
}

it('is what the packages register', () => {
  const { container: _, ...shelves } = registry;
  const all: readonly Shelf<{ readonly name: string }>[] = Object.values(shelves);
  const registered = Object.fromEntries(
    all.map(({ kind, entries }) => [
      kind,
      byPackage(entries.map(({ plugin, value }) => [value.name, plugin] as const)),
    ]),
  );
  const modelTypes = registry.backbones.entries.flatMap(({ plugin, value }) =>
    value.modelTypes.map((type) => [type, plugin] as const),
  );
  // Of some kinds there is nothing but what plugins of others add.
  const offered = Object.entries(registered).filter(([, names]) => Object.keys(names).length > 0);
  expect({ ...Object.fromEntries(offered), 'model type': byPackage(modelTypes) }).toEqual(officialPlugins);
});

it('knows the tasks of GLUE, each of which has a recipe', () => {
  const named = filesBelow('configs/glue', '.yaml').map(
    (file) => /^ {2}task: (\w+)$/mu.exec(textOf(file))?.[1],
  );
  expect([...settingsOfTasks['glue']!].sort()).toEqual(
    [...new Set(named.filter((name) => name !== undefined))].sort(),
  );
});
