// @ts-check
/* eslint-disable @typescript-eslint/no-require-imports -- Nx loads plugins as CommonJS, without a build. */
/**
 * Targets of every package that adds tasks to `mdpd`, from its package.json and from the recipes below `configs`: no
 * package and no recipe is listed anywhere. docs/nx.md says how to use them.
 */
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { createNodesFromFiles } = require('@nx/devkit');
const { choicesOf, readRecipes, tasksOf } = require('./recipes.js');

const mdpd = 'node packages/cli/bin/mdpd.js';
const tool = (/** @type {string} */ name) => `node tools/mdpd-plugin/${name}.mjs`;

/** What a run depends on: plugins are found by name, so no import says that it reads them. */
const runInputs = [
  'sharedGlobals',
  '{workspaceRoot}/packages/**/*',
  '!{workspaceRoot}/packages/**/*.test.ts',
  '{workspaceRoot}/configs/**/*.{yaml,csv}',
  '{workspaceRoot}/tools/mdpd-plugin/*',
  { runtime: 'node -p process.arch' },
];

/**
 * @param {import('./recipes.js').Manifest} manifest
 * @param {string} folder of the package, from the root
 * @param {readonly import('./recipes.js').Recipe[]} recipes
 * @returns {Record<string, import('@nx/devkit').TargetConfiguration> | undefined}
 */
function targetsOf(manifest, folder, recipes) {
  const tasks = tasksOf(manifest);
  if (tasks === undefined) return undefined;
  const name = /** @type {string} */ (manifest.name);
  const choices = choicesOf(tasks, recipes);
  const smokes = new Map([...choices].filter(([, { recipe }]) => recipe.selfContained));
  const [first] = smokes.size > 0 ? smokes : choices;
  const file = first?.[1].recipe.file;
  return {
    train: target(`${tool('train')} ${folder}`, {
      description: `Trains a recipe of the ${words(tasks)}: \`npx mdpd train\`. Configurations are its recipes and data sets.`,
      help: 'npx mdpd train --help',
      example: { options: { task: first?.[0] ?? 'NAME', out: 'runs/first' }, args: ['train.steps=5'] },
      configurations: commands(choices, `${mdpd} train`),
    }),
    evaluate: target(`${mdpd} evaluate`, {
      description: 'Evaluates the folder of a run, or a model: `npx mdpd evaluate`.',
      help: 'npx mdpd evaluate --help',
      example: { options: { split: 'test' }, args: ['runs/first'] },
    }),
    ...(file !== undefined && {
      bench: target(`${tool('bench')} ${file}`, {
        description: `Trains a few steps of ${file}, or of the recipe of a configuration, with every method and puts time and memory into one table: \`npx mdpd compare\`.`,
        help: 'npx mdpd compare --help',
        example: { options: { methods: 'head,norm,mdpd' }, args: ['train.steps=20'] },
        configurations: commands(choices, tool('bench')),
      }),
    }),
    ...(smokes.size > 0 && {
      smoke: {
        ...target(`${tool('smoke')} ${file}`, {
          description: `Trains four steps of ${file} in a temporary folder, to see that everything works. Configurations are the recipes that need nothing but \`npm ci\`.`,
          help: 'npx mdpd train --help',
          example: { options: {}, args: ['method=norm'] },
          configurations: commands(smokes, tool('smoke')),
        }),
        cache: true,
        inputs: runInputs,
        outputs: [],
      },
    }),
  };

  /** @param {Readonly<Record<string, unknown>>} of */
  function words(of) {
    const names = Object.keys(of);
    return `${names.length === 1 ? 'task' : 'tasks'} ${names.join(', ')} (${name})`;
  }
}

/**
 * Runs in the root of the workspace, where recipes and their relative paths start; not cached.
 * @param {string} command
 * @param {{ description: string, help: string, example: { options: Record<string, unknown>, args: string[] },
 *   configurations?: Record<string, { command: string }> }} about
 * @returns {import('@nx/devkit').TargetConfiguration}
 */
function target(command, { description, help, example, configurations = {} }) {
  return {
    executor: 'nx:run-commands',
    cache: false,
    options: { command },
    configurations,
    metadata: { technologies: ['mdpd'], description, help: { command: help, example } },
  };
}

/**
 * A configuration for every name, whose command is the target's with that recipe.
 * @param {ReadonlyMap<string, import('./recipes.js').Choice>} choices
 * @param {string} command
 */
function commands(choices, command) {
  return Object.fromEntries(
    [...choices].map(([name, { recipe, overrides }]) => [
      name,
      { command: [command, recipe.file, ...overrides].join(' ') },
    ]),
  );
}

/** package.json files of the workspaces, as the root's package.json names them. */
function manifests() {
  const { workspaces } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
  return `{${workspaces.map((/** @type {string} */ each) => `${each}/package.json`).join(',')}}`;
}

/** @type {import('@nx/devkit').CreateNodes} */
const createNodes = [
  manifests(),
  (files, options, context) => {
    const recipes = readRecipes(context.workspaceRoot);
    return createNodesFromFiles(
      (file) => {
        const folder = dirname(file);
        const manifest = JSON.parse(readFileSync(join(context.workspaceRoot, file), 'utf8'));
        const targets = targetsOf(manifest, folder, recipes);
        return targets === undefined ? {} : { projects: { [folder]: { targets } } };
      },
      files,
      options,
      context,
    );
  },
];

module.exports = { name: 'mdpd-targets', createNodes, createNodesV2: createNodes };
