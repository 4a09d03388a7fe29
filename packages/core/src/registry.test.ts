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
      fix: name the plugins to load under \`plugins\` in the recipe, or uninstall one of the two, or let one say that it \`replaces\` the other"
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

it('lets a plugin say that it replaces a name, wherever it stands in the order', () => {
  const plain = definePlugin({ name: 'plain', models: [model('zoo:a'), model('zoo:b')] });
  const better = definePlugin({
    name: 'better',
    models: [{ ...model('zoo:a'), folder: '/better/a' }],
    replaces: { models: ['zoo:a'] },
  });
  for (const plugins of [
    [plain, better],
    [better, plain],
  ]) {
    const { models } = createRegistry(plugins);
    expect(models.get('zoo:a').folder).toBe('/better/a');
    expect(models.entries.map(({ value, replaced }) => [value.name, replaced])).toEqual(
      expect.arrayContaining([
        ['zoo:a', ['plain']],
        ['zoo:b', []],
      ]),
    );
    expect(models.names).toHaveLength(2);
  }
  // Nothing is there to replace: it is just there.
  expect(createRegistry([better]).models.entries[0]!.replaced).toEqual([]);
});

it('names both packages when two replace one name', () => {
  const plugins = ['one', 'two', 'three'].map((name) =>
    definePlugin({
      name,
      models: [model('zoo:a')],
      ...(name === 'two' ? {} : { replaces: { models: ['zoo:a'] } }),
    }),
  );
  expect(failure(() => createRegistry(plugins))).toMatchInlineSnapshot(`
    "error PLUGIN_CONFLICT at one and three
      two plugins replace model "zoo:a"
      fix: name the plugins to load under \`plugins\` in the recipe, or uninstall one of the two"
  `);
});

it('refuses to replace what the plugin does not add', () => {
  const replacing = (replaces: object) => () =>
    definePlugin({ name: 'one', models: [model('zoo:tiny')], replaces });
  expect(failure(replacing({ models: ['zoo:tny'] }))).toMatchInlineSnapshot(`
    "error PLUGIN_REPLACES
      plugin "one" says that it replaces models "zoo:tny", which it does not add
      allowed: zoo:tiny
      fix: did you mean "zoo:tiny"?"
  `);
  expect(failure(replacing({ tasks: ['vtab'] }))).toContain('allowed: it adds no tasks');
  expect(failure(replacing({ model: ['zoo:tiny'] }))).toMatchInlineSnapshot(`
    "error PLUGIN_REPLACES
      plugin "one" says that it replaces "model"
      allowed: tasks, backbones, methods, executors, sources, textSources, folderSources, models, reporters, metrics
      fix: did you mean "models"?"
  `);
});

it('collects reporters and metrics', () => {
  const reporter = { name: 'mail', description: '', create: () => ({ name: 'mail' }) };
  const metric = {
    name: 'kappa',
    description: '',
    create: () => ({ add: () => undefined, result: () => 0 }),
  };
  const registry = createRegistry([definePlugin({ name: 'one', reporters: [reporter], metrics: [metric] })]);
  expect(registry.reporters.get('mail')).toBe(reporter);
  expect(registry.metrics.get('kappa')).toBe(metric);
});
