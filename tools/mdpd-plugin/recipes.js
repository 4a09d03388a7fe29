// @ts-check
/* eslint-disable @typescript-eslint/no-require-imports -- Nx loads plugins as CommonJS, without a build. */
/** The recipes of a task package: files below `configs` whose `task` is one of the package's. */
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { parse } = require('yaml');

/** The keyword of packages that `mdpd` loads. */
const keyword = 'mdpd-plugin';

/**
 * @typedef {{ name?: string, keywords?: unknown, mdpd?: { tasks?: Record<string, readonly string[]> } }} Manifest
 *
 * @typedef {object} Recipe
 * @property {string} file path from the root of the workspace: `configs/vtab/mnist.yaml`
 * @property {string} task
 * @property {Readonly<Record<string, unknown>>} data
 * @property {boolean} selfContained whether it needs nothing that `npm ci` does not bring: no folder, download or package
 *
 * @typedef {object} Choice a recipe, and the data set of it
 * @property {Recipe} recipe
 * @property {readonly string[]} overrides `data.name=dtd`
 */

/**
 * Data sets by task name; undefined where the package adds no task. What package.json says under `mdpd.tasks`; without it,
 * `@mdpd/task-vtab` has the task `vtab`.
 * @param {Manifest} manifest
 * @returns {Readonly<Record<string, readonly string[]>> | undefined}
 */
function tasksOf({ name = '', keywords, mdpd }) {
  if (!Array.isArray(keywords) || !keywords.includes(keyword)) return undefined;
  if (mdpd?.tasks !== undefined) return mdpd.tasks;
  const named = /^(?:@[^/]+\/)?(?:.*-)?task-(.+)$/u.exec(name)?.[1];
  return named === undefined ? undefined : { [named]: [] };
}

/**
 * Every recipe of the workspace, by file name. A file that cannot be read as a recipe is left out: it must not take the
 * whole project graph down, and a test of its own names it.
 * @param {string} root
 * @returns {Recipe[]}
 */
function readRecipes(root) {
  const folder = join(root, 'configs');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => join('configs', name).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.yaml') && !file.endsWith('.results.yaml'))
    .sort()
    .flatMap((file) => readRecipe(root, file));
}

/** @param {string} root @param {string} file @returns {Recipe[]} */
function readRecipe(root, file) {
  try {
    const text = readFileSync(join(root, file), 'utf8');
    const { task, data = {}, backbone } = parse(text);
    if (typeof task !== 'string') return [];
    const header = /^(?:#.*\n)*/u.exec(text)?.[0] ?? '';
    const outside = header.includes('npm install') || stringsIn([data, backbone]).some(isOutside);
    return [{ file, task, data, selfContained: !outside }];
  } catch {
    return [];
  }
}

/** Folders that users bring, what other runs leave, what is fetched. @param {string} text */
const isOutside = (text) => /^(?:\.{0,2}\/|runs\/|hub:)/u.test(text) && !text.startsWith('./configs/');

/** @param {unknown} value @returns {string[]} */
function stringsIn(value) {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/**
 * What `train` of a package may be called with. A recipe has its file's name (`sst2.bert-base`); the part before the first
 * dot (`sst2`) and the data set that it reads (`cifar` of vtab-1k.yaml) stand for the first recipe that has them; data
 * sets of a task without a recipe of their own (`dtd`) for the recipe that picks one, told to pick that.
 * @param {Readonly<Record<string, readonly string[]>>} tasks
 * @param {readonly Recipe[]} recipes
 * @returns {Map<string, Choice>}
 */
function choicesOf(tasks, recipes) {
  const own = sortForTasks(
    recipes.filter(({ task }) => Object.hasOwn(tasks, task)),
    Object.keys(tasks),
  );
  /** @type {Map<string, Choice>} */
  const choices = new Map();
  /** @param {string} name @param {Recipe} recipe @param {string[]} [overrides] */
  const add = (name, recipe, overrides = []) => {
    if (!choices.has(name)) choices.set(name, { recipe, overrides });
  };
  for (const recipe of own) {
    const name = stem(recipe.file);
    add(choices.has(name) ? `${basename(dirname(recipe.file))}.${name}` : name, recipe);
  }
  for (const recipe of own) add(/** @type {string} */ (stem(recipe.file).split('.')[0]), recipe);
  for (const recipe of own) {
    const sets = tasks[recipe.task] ?? [];
    const picked = Object.entries(recipe.data).find(([, value]) =>
      sets.includes(/** @type {string} */ (value)),
    );
    if (picked === undefined) continue;
    for (const set of [picked[1], ...sets])
      add(String(set), recipe, set === picked[1] ? [] : [`data.${picked[0]}=${set}`]);
  }
  return choices;
}

/** Those of the package's first task first, so that its names win. @param {Recipe[]} recipes @param {string[]} names */
function sortForTasks(recipes, names) {
  return recipes.sort((a, b) => names.indexOf(a.task) - names.indexOf(b.task));
}

/** @param {string} file */
const stem = (file) => basename(file, '.yaml');

module.exports = { choicesOf, keyword, readRecipes, tasksOf };
