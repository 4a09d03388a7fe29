/** Every kind of thing that a plugin may add or replace, seen through the command. */
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Result } from '@mdpd/report/result';
import { createWorkspace, tinyRecipe, type Workspace } from '../testing/workspace.ts';

const packages = new URL('../../../', import.meta.url);
const source = (file: string): string => JSON.stringify(new URL(file, packages).href);

/** A task, a backbone, methods, executors and sources are those of ours under other names, or in their place. */
const plugin = `
import { appendFileSync } from 'node:fs';
import { definePlugin } from '@mdpd/core';
import { labelMethods } from ${source('distill/src/methods/label-method.ts')};
import { vtabProvider } from ${source('tasks/vtab/src/vtab-provider.ts')};
import { vitProvider } from ${source('backbones/vit/src/vit-provider.ts')};
import { wasmExecutor as wasm } from ${source('tensor/src/portable-executors.ts')};

const own = (value, name, description = 'mine') => ({ ...value, name, description });
const head = labelMethods.find(({ name }) => name === 'head');
const dots = {
  name: 'dots',
  description: 'a bright left or right half',
  splits: { train: 12, test: 6 },
  open: async (split) => ({
    size: split === 'train' ? 12 : 6,
    origin: 'dots:' + split,
    labels: ['left', 'right'],
    label: (index) => index % 2,
    place: (index) => 'dots:' + split + '[' + index + ']',
    read: async (index) => ({
      width: 8,
      height: 8,
      channels: 1,
      data: Uint8Array.from({ length: 64 }, (_, at) => (at % 8 < 4) === (index % 2 === 0) ? 200 : 20),
    }),
  }),
};

export default definePlugin({
  name: 'mine',
  tasks: [own(vtabProvider, 'halves'), own(vtabProvider, 'vtab')],
  backbones: [own(vitProvider, 'vit')],
  methods: [own(head, 'my-head'), own(head, 'head')],
  executors: [own(wasm, 'my-wasm'), own(wasm, 'wasm')],
  sources: [dots],
  reporters: [
    {
      name: 'journal',
      description: 'writes what it is told beside the run',
      create: ({ folder, recipe, recipeFile, directory }) => {
        const write = (line) => appendFileSync(folder + '.journal', JSON.stringify(line) + '\\n');
        write({ folder, task: recipe.task, steps: recipe.train.steps, recipeFile, directory });
        return { name: 'journal', record: write, close: async () => write({ type: 'closed' }) };
      },
    },
    {
      name: 'broken',
      description: 'has no licence',
      create: () => ({ name: 'broken', record: () => { throw new Error('needs a licence'); } }),
    },
  ],
  metrics: [
    {
      name: 'left_share',
      description: 'share of examples taken for the first class',
      heads: ['classification'],
      create: ({ head: { outputs } }) => {
        let [left, all] = [0, 0];
        return {
          add: (output, _target, rows) => {
            for (let row = 0; row < rows; row++)
              left += output.subarray(row * outputs, (row + 1) * outputs).indexOf(Math.max(...output.subarray(row * outputs, (row + 1) * outputs))) === 0 ? 1 : 0;
            all += rows;
          },
          result: () => (all === 0 ? 0 : left / all),
        };
      },
    },
  ],
  replaces: { tasks: ['vtab'], backbones: ['vit'], methods: ['head'], executors: ['wasm'] },
});
`;

const recipe = tinyRecipe
  .replace('task: vtab', 'task: halves')
  .replace('./photos/train', 'dots:train')
  .replace('./photos/test', 'dots:test')
  .replace('method: head', 'method: my-head\nexecutor: my-wasm\nplugins: [mine]');

let workspace: Workspace;
const install = (name: string, code: string, manifest: object = {}): void => {
  const full = { name, version: '1.2.3', type: 'module', exports: './index.js', ...manifest };
  workspace.write(path.join('node_modules', name, 'package.json'), JSON.stringify(full));
  workspace.write(path.join('node_modules', name, 'index.js'), code);
};

beforeAll(() => {
  workspace = createWorkspace();
  mkdirSync(workspace.path('node_modules/@mdpd'), { recursive: true });
  symlinkSync(new URL('core', packages), workspace.path('node_modules/@mdpd/core'), 'dir');
  install('mine', plugin, { keywords: ['mdpd-plugin'] });
  workspace.write('recipe.yaml', recipe);
});
afterAll(() => workspace.remove());

const lines = (file: string): Record<string, unknown>[] =>
  readFileSync(workspace.path(file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('trains with a task, source, method and executor of a plugin, whose reporter and metric take part', async () => {
  const { exitCode, stderr } = await workspace.mdpd('train', 'recipe.yaml', '--out', 'out');
  expect(exitCode, stderr).toBe(0);
  expect(stderr).toContain('warning: reporter broken of mine is left out: needs a licence\n');
  const result = JSON.parse(readFileSync(workspace.path('out/result.json'), 'utf8')) as Result;
  expect(result).toMatchObject({ task: 'vtab', method: 'my-head', executor: 'wasm' });
  const faded = result.metrics.faded!;
  expect(Object.keys(faded)).toEqual(['accuracy', 'f1_macro', 'left_share']);
  expect(faded['left_share']! * 6).toBeCloseTo(Math.round(faded['left_share']! * 6), 10);
  const [about, ...records] = lines('out.journal');
  const { root } = workspace;
  expect(about).toEqual({
    folder: workspace.path('out'),
    task: 'halves',
    steps: 6,
    recipeFile: 'recipe.yaml',
    directory: root,
  });
  // Every record of the run, and the end.
  expect(records).toEqual([...lines('out/metrics.jsonl'), { type: 'closed' }]);
  expect(records.filter(({ type }) => type === 'step')).toHaveLength(6);
  const evaluated = await workspace.mdpd('evaluate', 'out', '--json');
  expect(JSON.parse(evaluated.stdout)).toMatchObject({ metrics: faded });
});

it('lists where each thing comes from, why, and what it replaced', async () => {
  const { exitCode, stdout } = await workspace.mdpd('list', '--recipe', 'recipe.yaml', '--why', '--json');
  expect(exitCode).toBe(0);
  const listed = JSON.parse(stdout) as Record<string, Record<string, unknown>[]>;
  const from = (kind: string, name: string): unknown =>
    listed[kind]!.filter((each) => each['name'] === name).map(({ plugin, replaces }) => [plugin, replaces]);
  // The recipe names `mine` alone, so that beside it only what the command depends on is there.
  expect(from('tasks', 'halves')).toEqual([['mine', undefined]]);
  expect(from('sources', 'dots')).toEqual([['mine', undefined]]);
  expect(from('executors', 'wasm')).toEqual([['mine', ['@mdpd/tensor']]]);
  expect(from('methods', 'head')).toEqual([['mine', ['@mdpd/distill']]]);
  expect(from('methods', 'norm')).toEqual([['@mdpd/distill', undefined]]);
  expect(from('reporters', 'journal')).toEqual([['mine', undefined]]);
  expect(from('metrics', 'left_share')).toEqual([['mine', undefined]]);
  const why = listed['packages']!.map((each) => [each['name'], each['why']]);
  expect(why).toContainEqual(['mine', 'recipe']);
  expect(why).toContainEqual(['@mdpd/tensor', 'own dependency']);
  expect(listed['packages']).toContainEqual({
    name: 'mine',
    version: '1.2.3',
    folder: workspace.path('node_modules/mine'),
    why: 'recipe',
  });
});

it('names both packages of a name that nothing replaces', async () => {
  const file =
    "import { definePlugin } from '@mdpd/core'; export default definePlugin({ name: './my.js', reporters: [{ name: 'journal', description: '', create: () => ({ name: 'journal' }) }] });";
  workspace.write('my.js', file);
  workspace.write('package.json', '{ "type": "module" }');
  workspace.write('both.yaml', recipe.replace('[mine]', '[mine, ./my.js]'));
  const { exitCode, stderr } = await workspace.mdpd('train', 'both.yaml', '--out', 'both');
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    'error PLUGIN_CONFLICT at mine and ./my.js\n  reporter "journal" is registered twice\n',
  );
});
