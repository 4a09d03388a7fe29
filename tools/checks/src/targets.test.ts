/** Nx's targets of task packages: what `tools/mdpd-plugin` infers from manifests and recipes, and that it runs. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadPlugins } from '@mdpd/cli/plugins';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageFolders, root, textOf } from './workspace.ts';

interface Target {
  readonly cache: boolean;
  readonly inputs?: readonly unknown[];
  readonly options: { readonly command: string };
  readonly configurations: Readonly<Record<string, { readonly command: string }>>;
  readonly metadata: { readonly description: string; readonly help: { readonly command: string } };
}
type Targets = Readonly<Record<string, Target>>;
interface Project {
  readonly targets: Targets;
}
type CreateNodes = readonly [
  string,
  (
    files: readonly string[],
    options: undefined,
    context: { readonly workspaceRoot: string },
  ) => Promise<[string, { readonly projects?: Readonly<Record<string, Project>> }][]>,
];
const { createNodes } = createRequire(import.meta.url)('../../mdpd-plugin/plugin.js') as {
  createNodes: CreateNodes;
};

/** Targets that the plugin gives a package of a workspace; undefined: none. */
async function targetsIn(workspaceRoot: string, folder: string): Promise<Targets | undefined> {
  const [[, nodes]] = (await createNodes[1]([join(folder, 'package.json')], undefined, {
    workspaceRoot,
  })) as [Awaited<ReturnType<CreateNodes[1]>>[0]];
  return nodes.projects?.[folder]?.targets;
}

function nx(...args: string[]): { status: number | null; output: string; stdout: string } {
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'nx', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  return { status, stdout, output: stdout + stderr };
}

describe('the workspace', () => {
  it('has them under the short name of a package, explained', { timeout: 120_000 }, () => {
    const { stdout } = nx('show', 'project', 'task-glue', '--json');
    const { name, targets } = JSON.parse(stdout) as { name: string; targets: Targets };
    expect(name).toBe('@mdpd/task-glue');
    const { train, smoke, evaluate, bench } = targets;
    for (const each of [train!, smoke!, evaluate!, bench!]) {
      expect(each.metadata.description).toMatch(/^\w.*`npx mdpd \w+`|^Trains four steps/u);
      expect(each.metadata.help.command).toMatch(/^npx mdpd \w+ --help$/u);
    }
    expect([train, evaluate, bench].map((each) => each!.cache)).toEqual([false, false, false]);
    expect(smoke).toMatchObject({ cache: true, inputs: expect.arrayContaining(['sharedGlobals']) });
    expect(train!.configurations).toMatchObject({
      sst2: { command: 'node packages/cli/bin/mdpd.js train configs/glue/sst2.bert-base.yaml' },
      'sst2.t5-base': { command: 'node packages/cli/bin/mdpd.js train configs/glue/sst2.t5-base.yaml' },
    });
    expect(Object.keys(smoke!.configurations)).toEqual(['messages']);
  });

  it('runs one', { timeout: 300_000 }, () => {
    const { status, output } = nx('run', 'task-vtab:smoke', 'method=head', '--skip-nx-cache');
    expect(status, output).toBe(0);
    expect(output).toContain('smoke.mjs configs/vtab/mnist.yaml method=head');
    expect(output).toMatch(/Done in .*: head on mnist, 4 steps/u);
  });

  it('fails where the command fails', { timeout: 120_000 }, () => {
    const { status, output } = nx('run', 'task-glue:train', '--task=sst3');
    expect(status).not.toBe(0);
    expect(output).toContain('error @mdpd/task-glue has no recipe "sst3"');
    expect(output).toMatch(/allowed: --task=NAME with .*sst2\.bert-base/u);
  });

  it('finds packages where package.json has its workspaces', () => {
    const { workspaces } = JSON.parse(textOf('package.json')) as { workspaces: string[] };
    expect(createNodes[0]).toBe(`{${workspaces.map((each) => `${each}/package.json`).join(',')}}`);
  });

  it('has data sets of VTAB-1k without a recipe of their own', async () => {
    const targets = await targetsIn(root, 'packages/tasks/vtab');
    const recipe = 'node packages/cli/bin/mdpd.js train configs/vtab/vtab-1k.yaml';
    expect(targets!['train']!.configurations).toMatchObject({
      cifar: { command: recipe },
      dtd: { command: `${recipe} data.name=dtd` },
    });
  });
});

describe('manifests', async () => {
  const { registry } = await loadPlugins({ directory: root });
  const tasks = registry.tasks.entries;

  it.each(packageFolders())('%s says which tasks it adds', (folder) => {
    const manifest = JSON.parse(textOf(`${folder}/package.json`)) as {
      name: string;
      mdpd?: { tasks?: Record<string, readonly string[]> };
    };
    const own = tasks.filter(({ plugin }) => plugin === manifest.name).map(({ value }) => value);
    const said = manifest.mdpd?.tasks ?? Object.fromEntries(own.map(({ name }) => [name, []]));
    expect(Object.keys(said).sort()).toEqual(own.map(({ name }) => name).sort());
    if (manifest.mdpd?.tasks === undefined && own.length > 0)
      expect(own.map(({ name }) => `@mdpd/task-${name}`)).toEqual([manifest.name]);
    for (const { name, benchmark } of own)
      if (benchmark && said[name]!.length > 0) expect(said[name]).toEqual(benchmark.parts);
  });
});

describe('a new package', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mdpd-targets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const add = (at: string, manifest: object): void =>
    write(`${at}/package.json`, JSON.stringify({ keywords: ['mdpd-plugin'], ...manifest }));

  it('gets targets from its keyword and its recipes, and no other file is touched', async () => {
    add('packages/tasks/weather', { name: '@me/task-weather' });
    write(
      'configs/weather/rain.small.yaml',
      'task: weather\nbackbone: zoo:tiny-vit\ndata:\n  root: zoo:skies\n',
    );
    write('configs/weather/snow.yaml', '# Needs a folder.\ntask: weather\nbackbone: ./vit\n');
    write('configs/weather/rain.results.yaml', 'recipe: configs/weather/rain.small.yaml\ntask: weather\n');
    write('configs/weather/broken.yaml', 'task: [weather\n');
    write('configs/other/other.yaml', 'task: other\n');
    const targets = await targetsIn(folder, 'packages/tasks/weather');
    expect(Object.keys(targets!).sort()).toEqual(['bench', 'evaluate', 'smoke', 'train']);
    expect(Object.keys(targets!['train']!.configurations)).toEqual(['rain.small', 'snow', 'rain']);
    expect(targets!['smoke']!.options.command).toBe(
      'node tools/mdpd-plugin/smoke.mjs configs/weather/rain.small.yaml',
    );
    expect(Object.keys(targets!['smoke']!.configurations)).toEqual(['rain.small', 'rain']);
  });

  it('has no smoke target where every recipe needs something that is not there', async () => {
    add('packages/tasks/heavy', { name: 'mdpd-task-heavy' });
    write(
      'configs/heavy/a.yaml',
      '# npm install --no-save data && npx mdpd train configs/heavy/a.yaml\ntask: heavy\n',
    );
    write('configs/heavy/b.yaml', 'task: heavy\nbackbone: hub:a/b\n');
    const targets = await targetsIn(folder, 'packages/tasks/heavy');
    expect(Object.keys(targets!).sort()).toEqual(['bench', 'evaluate', 'train']);
  });

  it('may name several tasks, and the data sets that one recipe picks from', async () => {
    add('packages/tasks/sky', { name: '@me/sky', mdpd: { tasks: { day: ['sun', 'cloud'], night: [] } } });
    write('configs/sky/any.yaml', 'task: day\ndata:\n  kind: sun\n');
    write('configs/sky/stars.yaml', 'task: night\n');
    const { train } = (await targetsIn(folder, 'packages/tasks/sky'))!;
    const command = 'node packages/cli/bin/mdpd.js train configs/sky';
    expect(train!.configurations).toEqual({
      any: { command: `${command}/any.yaml` },
      stars: { command: `${command}/stars.yaml` },
      sun: { command: `${command}/any.yaml` },
      cloud: { command: `${command}/any.yaml data.kind=cloud` },
    });
  });

  it('gets none without tasks or keyword', async () => {
    add('packages/backbones/mine', { name: '@me/backbone-mine' });
    add('packages/tasks/plain', { name: '@me/task-plain', keywords: [] });
    for (const at of ['packages/backbones/mine', 'packages/tasks/plain'])
      expect(await targetsIn(folder, at)).toBeUndefined();
  });
});
