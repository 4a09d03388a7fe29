import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { formatError, MdpdError } from '@mdpd/core';
import { describeProblems, findPlugins, loadPlugins } from './plugins.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'mdpd-plugins-')));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** A package folder; `manifest` adds to a plugin's package.json. */
function addPackage(folder: string, name: string, manifest: object = {}, code = 'export default 1;'): void {
  const at = path.join(root, folder);
  mkdirSync(at, { recursive: true });
  const full = {
    name,
    version: '1.2.3',
    type: 'module',
    keywords: ['mdpd-plugin'],
    exports: './index.js',
    ...manifest,
  };
  writeFileSync(path.join(at, 'package.json'), JSON.stringify(full));
  writeFileSync(path.join(at, 'index.js'), code);
}

const found = (directory: string, home = 'home'): string[][] =>
  findPlugins(path.join(root, directory), path.join(root, home)).map(({ name, folder }) => [
    name,
    path.relative(root, folder),
  ]);

async function failure(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (thrown) {
    if (thrown instanceof MdpdError) return formatError(thrown).replaceAll(root, 'ROOT');
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

it('finds packages with the keyword in node_modules above the working directory and the command', () => {
  addPackage('node_modules/task-a', 'task-a');
  addPackage('node_modules/@scope/task-b', '@scope/task-b');
  addPackage('node_modules/ordinary', 'ordinary', { keywords: ['cli'] });
  addPackage('home/node_modules/task-c', 'task-c');
  addPackage('project/deep/node_modules/task-a', 'task-a');
  expect(found('project/deep')).toEqual([
    ['@scope/task-b', 'node_modules/@scope/task-b'],
    ['task-a', 'project/deep/node_modules/task-a'],
    ['task-c', 'home/node_modules/task-c'],
  ]);
});

it('follows links and counts a folder once', () => {
  addPackage('packages/task-a', 'task-a');
  mkdirSync(path.join(root, 'node_modules'));
  symlinkSync(path.join(root, 'packages/task-a'), path.join(root, 'node_modules/task-a'), 'dir');
  symlinkSync(path.join(root, 'nowhere'), path.join(root, 'node_modules/broken'), 'dir');
  expect(found('packages/task-a')).toEqual([['task-a', 'packages/task-a']]);
});

it('passes over broken package files', () => {
  addPackage('node_modules/task-a', 'task-a');
  addPackage('node_modules/broken', 'broken');
  writeFileSync(path.join(root, 'node_modules/broken/package.json'), '{"keywords": ["mdpd-plugin"');
  addPackage('node_modules/odd', 'odd', { keywords: '"mdpd-plugin"' });
  expect(found('.')).toEqual([['task-a', 'node_modules/task-a']]);
});

it('reports plugins that cannot be loaded, by name', async () => {
  addPackage('node_modules/throws', 'throws', {}, 'throw new Error("no licence\\nsecond line")');
  addPackage('node_modules/not-one', 'not-one', {}, 'export default {};');
  const loaded = await loadPlugins({ directory: root, home: root });
  expect(loaded.packages).toEqual([]);
  expect(describeProblems(loaded.problems).map((line) => line.replaceAll(root, 'ROOT'))).toEqual([
    'warning: plugin not-one could not be loaded: the default export of ROOT/node_modules/not-one/index.js is not the result of definePlugin',
    'warning: plugin throws could not be loaded: no licence',
  ]);
});

it('fails where a recipe names one that is not there, or cannot be loaded', async () => {
  addPackage('node_modules/throws', 'throws', {}, 'throw new Error("no licence")');
  const load = (...named: string[]) => loadPlugins({ named, directory: root, home: root });
  expect(await failure(() => load('throw'))).toBe(
    'error PLUGIN_NOT_FOUND at plugins in the recipe\n  there is no plugin "throw"\n' +
      '  allowed: throws, ./path/to/a/file.js\n  fix: did you mean "throws"?',
  );
  expect(await failure(() => load('@my/task'))).toContain(
    'fix: npm install @my/task; its package.json needs the keyword',
  );
  expect(await failure(() => load('./missing.js'))).toContain('there is no plugin "./missing.js"');
  expect(await failure(() => load('throws'))).toBe(
    'error PLUGIN_FAILED at ROOT/node_modules/throws/index.js\n  plugin "throws" could not be loaded: no licence',
  );
});
