/** A recipe that a program hands over as an object, in the form in which recipe files are read. */
import { MdpdError } from './errors.ts';
import type { LoadedRecipe } from './recipe-file.ts';
import type { RecipeInput } from './recipe-input.ts';
import { forbiddenKeys, type Tree } from './recipe-overrides.ts';

/** Deeper objects are no recipes, or contain themselves. */
const maximumDepth = 50;

/**
 * Copies `recipe`; keys whose value is `undefined` count as absent. Places in messages are dotted keys:
 * `recipe.train.epochs`.
 * Throws RECIPE_INVALID for values that no recipe file can hold: functions, dates, instances of classes, cycles.
 */
export function recipeFromObject(recipe: RecipeInput): LoadedRecipe {
  const tree = copyOf(recipe, []);
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) throw odd(recipe, []);
  const plugins = (tree as Tree)['plugins'];
  const isList = Array.isArray(plugins) && plugins.every((each) => typeof each === 'string');
  return {
    file: 'recipe',
    tree: tree as Tree,
    plugins: isList ? (plugins as string[]) : undefined,
    methodReplaced: false,
    locate: placeOf,
    overridden: () => false,
  };
}

const placeOf = (path: readonly PropertyKey[]): string => ['recipe', ...path.map(String)].join('.');

function copyOf(value: unknown, path: readonly string[]): unknown {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
  if (typeof value !== 'object' || path.length > maximumDepth) throw odd(value, path);
  if (Array.isArray(value)) return value.map((each, index) => copyOf(each, [...path, String(index)]));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw odd(value, path);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const forbidden = entries.find(([key]) => forbiddenKeys.includes(key));
  if (forbidden) {
    throw new MdpdError('RECIPE_INVALID', `the key "${forbidden[0]}" is not allowed`, {
      place: placeOf(path),
      exitCode: 2,
    });
  }
  return Object.fromEntries(entries.map(([key, each]) => [key, copyOf(each, [...path, key])]));
}

function odd(value: unknown, path: readonly string[]): MdpdError {
  const deep = path.length > maximumDepth;
  const kind = typeof value === 'object' && value !== null ? value.constructor?.name : typeof value;
  return new MdpdError('RECIPE_INVALID', deep ? 'nested too deeply' : `is a value of type ${String(kind)}`, {
    place: placeOf(path.slice(0, 8)),
    allowed: 'text, numbers, true, false, null, lists and plain objects of these',
    exitCode: 2,
  });
}
