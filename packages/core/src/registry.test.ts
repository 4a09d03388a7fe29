import { expect, it } from 'vitest';
import { formatError, MdpdError } from './errors.ts';
import { definePlugin, isPlugin } from './plugin.ts';
import { createRegistry } from './registry.ts';
import { tokens, type Registered } from './tokens.ts';
import type { ModelSource } from './plugin.ts';

const model = (name: string): ModelSource => ({ name, description: '', folder: `/models/${name}` });

function failure(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (!(thrown instanceof MdpdError)) throw thrown;
    expect(thrown.exitCode).toBe(2);
    return formatError(thrown);
  }
  throw new Error('nothing was thrown');
}

it('collects what plugins register, with the plugin of each', () => {
  const registry = createRegistry([
    definePlugin({ name: 'one', models: [model('zoo:a'), model('zoo:b')] }),
    definePlugin({ name: 'two', models: [model('zoo:c')] }),
  ]);
  expect(registry.models.names).toEqual(['zoo:a', 'zoo:b', 'zoo:c']);
  expect(registry.models.entries.map(({ plugin }) => plugin)).toEqual(['one', 'one', 'two']);
  expect(registry.models.get('zoo:b')).toEqual(model('zoo:b'));
  expect(registry.models.values).toHaveLength(3);
  expect(registry.tasks.names).toEqual([]);
});

it('collects folder sources, which stand wherever a folder is expected', () => {
  const boxes = { name: 'zoo:boxes', description: '', prepare: () => Promise.resolve('/boxes') };
  const registry = createRegistry([definePlugin({ name: 'one', folderSources: [boxes] })]);
  expect(registry.folderSources.get('zoo:boxes')).toBe(boxes);
  expect(failure(() => registry.folderSources.get('zoo:box'))).toContain(
    'error UNKNOWN_FOLDER_SOURCE\n  there is no folder source "zoo:box"\n  allowed: zoo:boxes',
  );
  const twice = ['one', 'two'].map((name) => definePlugin({ name, folderSources: [boxes] }));
  expect(failure(() => createRegistry(twice))).toContain('folder source "zoo:boxes" is registered twice');
});

it('names both packages when two register one name', () => {
  const plugins = ['one', 'two'].map((name) => definePlugin({ name, models: [model('zoo:a')] }));
  expect(failure(() => createRegistry(plugins))).toMatchInlineSnapshot(`
    "error PLUGIN_CONFLICT at one and two
      model "zoo:a" is registered twice
      fix: name the plugins to load under \`plugins\` in the recipe, or uninstall one of the two"
  `);
});

it('names what is there when a name is unknown', () => {
  const registry = createRegistry([definePlugin({ name: 'one', models: [model('zoo:tiny-vit')] })]);
  expect(failure(() => registry.models.get('zoo:tinyvit', 'recipe.yaml:3:11'))).toMatchInlineSnapshot(`
    "error UNKNOWN_MODEL at recipe.yaml:3:11
      there is no model "zoo:tinyvit"
      allowed: zoo:tiny-vit
      fix: did you mean "zoo:tiny-vit"?"
  `);
  expect(failure(() => registry.models.get('elsewhere'))).toMatchInlineSnapshot(`
    "error UNKNOWN_MODEL
      there is no model "elsewhere"
      allowed: zoo:tiny-vit
      fix: install the package that has it; \`mdpd list\` shows what is there"
  `);
  expect(failure(() => registry.tasks.get('vtab'))).toMatchInlineSnapshot(`
    "error UNKNOWN_TASK
      task "vtab" is not installed
      allowed: none is installed
      fix: npm install @mdpd/task-vtab (where the recipe has a list of plugins, name it there too)"
  `);
});

it('lets a plugin bind services of its own in the container', () => {
  const plugin = definePlugin({ name: 'one', models: [model('a')] });
  const { container } = createRegistry([plugin]);
  expect(container.getAll<Registered<ModelSource>>(tokens.model)[0]?.value.name).toBe('a');
});

it('tells plugins from other values', () => {
  expect(isPlugin(definePlugin({ name: 'one' }))).toBe(true);
  expect(isPlugin({ name: 'one' })).toBe(false);
  expect(isPlugin({ name: 1, module: {} })).toBe(false);
  expect(isPlugin(null)).toBe(false);
  expect(isPlugin('one')).toBe(false);
});
