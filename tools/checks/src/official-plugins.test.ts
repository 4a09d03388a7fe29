/** Messages name packages by a table in core, which must say what the packages register. */
import { loadPlugins } from '@mdpd/cli/plugins';
import type { Registry, Shelf } from '@mdpd/core';
import { officialPlugins, settingsOfTasks } from '@mdpd/core/official-plugins';
import { beforeAll, expect, it } from 'vitest';
import { filesBelow, root, textOf } from './workspace.ts';

let registry: Registry;
beforeAll(async () => {
  ({ registry } = await loadPlugins({ directory: root }));
});

/** package → names, as the table has them. */
function byPackage(entries: readonly (readonly [string, string])[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [name, plugin] of entries) (found[plugin] ??= []).push(name);
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
  expect({ ...registered, 'model type': byPackage(modelTypes) }).toEqual(officialPlugins);
});

it('knows the tasks of GLUE, each of which has a recipe', () => {
  const named = filesBelow('configs/glue', '.yaml').map(
    (file) => /^ {2}task: (\w+)$/mu.exec(textOf(file))?.[1],
  );
  expect([...settingsOfTasks['glue']!].sort()).toEqual(
    [...new Set(named.filter((name) => name !== undefined))].sort(),
  );
});
