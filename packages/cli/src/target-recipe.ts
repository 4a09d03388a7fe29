/** The recipe that goes with a target: whose data `evaluate` and `predict --submission` read. */
import {
  MdpdError,
  loadRecipe,
  resolveRecipe,
  type LoadedRecipe,
  type Recipe,
  type Registry,
} from '@mdpd/core';
import { recipeOf, type Target } from './target.ts';

/** The recipe whose data is used: the one that is named, else that of the run. Throws RECIPE_NEEDED. */
export function recipeFor(
  target: Target,
  file: string | undefined,
  overrides: readonly string[],
  registry: Registry,
): { recipe: Recipe; directory: string } {
  const found = loadFor(target, file, overrides);
  return { recipe: resolveRecipe(found.loaded, registry), directory: found.directory };
}

function loadFor(
  target: Target,
  file: string | undefined,
  overrides: readonly string[],
): { loaded: LoadedRecipe; directory: string } {
  if (file !== undefined) return { loaded: loadRecipe(file, overrides), directory: process.cwd() };
  if (target.run) return { loaded: recipeOf(target.run, overrides), directory: target.run.directory };
  throw new MdpdError(
    'RECIPE_NEEDED',
    `${target.name} is a model without a run: nothing says which data is meant`,
    {
      fix: 'name a recipe of its task: --recipe FILE',
      exitCode: 2,
    },
  );
}

/** What the run used, so that its number comes out again. */
export function executorOf({ run }: Target, recipe: Recipe): string {
  return recipe.executor === 'auto' ? (run?.result.executor ?? 'auto') : recipe.executor;
}
