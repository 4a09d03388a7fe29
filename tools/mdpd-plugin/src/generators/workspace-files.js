// @ts-check
/* eslint-disable @typescript-eslint/no-require-imports -- Nx loads generators as CommonJS, without a build. */
/** What a plugin consists of inside this workspace: sources from the templates, and what every package here has. */
const { pathToFileURL } = require('node:url');

/** @typedef {import('./plugin-generator').Kind} Kind */

const folders = { task: 'packages/tasks', backbone: 'packages/backbones', method: 'packages/methods' };

/** Rooms that the sources of each kind import. */
const rooms = {
  task: ['core', 'data', 'tensor'],
  backbone: ['core', 'tensor'],
  method: ['core', 'distill', 'tensor'],
};

/**
 * The package's folder, and every file, by their paths from the root.
 *
 * @param {Kind} kind
 * @param {string} given
 * @returns {Promise<{ folder: string, files: Record<string, string> }>}
 */
async function workspaceFiles(kind, given) {
  const { formatProblem, pluginNames, renderTemplate, mdpdVersion, versions } = await templates();
  try {
    const short = pluginNames(given).name;
    const names = pluginNames(`@mdpd/${kind}-${short}`);
    const folder = `${folders[kind]}/${short}`;
    const recipe = `configs/${short}/${short}.yaml`;
    const place = { recipe, build: '', test: `npx nx test ${names.package}` };
    const { 'page.md': page, 'recipe.yaml': yaml, ...sources } = renderTemplate(kind, names, place);
    const others = { '@tensorflow/tfjs-core': versions['@tensorflow/tfjs-core'], zod: versions.zod };
    const own = Object.fromEntries(rooms[kind].map((room) => [`@mdpd/${room}`, mdpdVersion]));
    const files = {
      ...inFolder(folder, sources),
      [`${folder}/package.json`]: json(manifest(kind, names, { ...own, ...others }, mdpdVersion)),
      ...inFolder(folder, compilerFiles(kind)),
      [`${folder}/vitest.config.ts`]: `import { packageConfig } from '../../../vitest.shared.ts';\n\nexport default packageConfig('${kind}-${short}');\n`,
      [recipe]: yaml,
      [`docs/${short}.md`]: page,
    };
    return { folder, files };
  } catch (thrown) {
    // Nx shows the message of an error, not how it was meant to be printed. Each of the modules below has classes of its own.
    if (!(thrown instanceof Error) || thrown.name !== 'Problem') throw thrown;
    throw new Error(formatProblem(thrown), { cause: thrown });
  }
}

/** The sources of create-mdpd-plugin, run as they are: nothing has to be built. */
async function templates() {
  const { tsImport } = await import('tsx/esm/api');
  const load = (/** @type {string} */ name) =>
    tsImport(`../../../../packages/create-mdpd-plugin/src/${name}.ts`, {
      parentURL: pathToFileURL(__filename).href,
      tsconfig: false,
    });
  const parts = [];
  for (const name of ['names', 'problem', 'render', 'versions']) parts.push(await load(name));
  return Object.assign({}, ...parts);
}

/** @param {string} folder @param {Record<string, string>} files */
const inFolder = (folder, files) =>
  Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));

/** @param {unknown} value */
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/**
 * @param {Kind} kind
 * @param {{ package: string, name: string }} names
 * @param {Record<string, string>} dependencies
 * @param {string} version
 */
function manifest(kind, names, dependencies, version) {
  return {
    name: names.package,
    version,
    description: `The ${kind} ${names.name} for mdpd`,
    // Until it is meant for others: then it says where it comes from, and has a README, LICENSE and budget of size.
    private: true,
    license: 'Apache-2.0',
    type: 'module',
    engines: { node: '>=20.19' },
    keywords: ['mdpd-plugin'],
    exports: {
      '.': { '@mdpd/source': './src/plugin.ts', types: './dist/plugin.d.ts', default: './dist/plugin.js' },
      './package.json': './package.json',
      './*': { '@mdpd/source': './src/*.ts', types: './dist/*.d.ts', default: './dist/*.js' },
    },
    files: [
      'dist',
      'src',
      '!dist/*.tsbuildinfo',
      '!**/*.test.*',
      '!{dist,src}/**/{testing,oracles,e2e,__snapshots__}/**',
    ],
    ...shared(dependencies, version),
    // The kits of @mdpd/testing stand on the engine, and so on more than a plugin may import.
    nx: { tags: [`room:${kind}`], implicitDependencies: ['!@mdpd/testing'] },
  };
}

/** What a program must have once: peers of a plugin, which the command provides. */
const once = ['@mdpd/core', '@mdpd/tensor', '@tensorflow/tfjs-core'];

/**
 * @param {Record<string, string>} all
 * @param {string} version
 */
function shared(all, version) {
  const of = (/** @type {(name: string) => boolean} */ chosen) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => chosen(name)));
  const peers = of((name) => once.includes(name));
  return {
    dependencies: of((name) => !once.includes(name)),
    peerDependencies: Object.fromEntries(
      Object.entries(peers).map(([name, exact]) => [name, name.startsWith('@mdpd/') ? `^${version}` : exact]),
    ),
    devDependencies: peers,
  };
}

/** @param {Kind} kind @returns {Record<string, string>} */
function compilerFiles(kind) {
  const base = { extends: '../../../tsconfig.base.json' };
  const options = (/** @type {string} */ name) => ({
    rootDir: 'src',
    outDir: 'dist',
    tsBuildInfoFile: `dist/tsconfig.${name}.tsbuildinfo`,
  });
  const library = (/** @type {string} */ room) => ({ path: `../../${room}/tsconfig.lib.json` });
  return {
    'tsconfig.json': json({
      ...base,
      files: [],
      include: [],
      references: [{ path: './tsconfig.lib.json' }, { path: './tsconfig.spec.json' }],
    }),
    'tsconfig.lib.json': json({
      ...base,
      compilerOptions: options('lib'),
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.test.ts'],
      references: rooms[kind].map(library),
    }),
    'tsconfig.spec.json': json({
      ...base,
      compilerOptions: { ...options('spec'), emitDeclarationOnly: true },
      include: ['src/**/*.test.ts'],
      references: [{ path: './tsconfig.lib.json' }, library('testing')],
    }),
  };
}

module.exports = { workspaceFiles };
