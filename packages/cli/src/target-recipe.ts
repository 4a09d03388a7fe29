/** The recipe that goes with a target: whose data `evaluate` and `predict --submission` read. */
import {
  MdpdError,
  resolveRecipe,
  type LoadedRecipe,
  type Recipe,
  type Registry,
  type RuntimeOptions,
} from '@mdpd/core';
import { recipeOf, type Target } from './target.ts';

export interface NamedRecipe {
  /** The recipe that the user names; undefined: that of the run. */
  readonly recipe: LoadedRecipe | undefined;
  /** What replaces settings of the run's recipe. */
  readonly overrides: readonly string[];
  /** Against it paths of `recipe` are resolved. */
  readonly directory: string;
}

/** The recipe whose data is used: the one that is named, else that of the run. Throws RECIPE_NEEDED. */
export function recipeFor(
  target: Target,
  named: NamedRecipe,
  registry: Registry,
): { recipe: Recipe; directory: string } {
  const found = loadFor(target, named);
  return { recipe: resolveRecipe(found.loaded, registry), directory: found.directory };
}

function loadFor(
  target: Target,
  { recipe, overrides, directory }: NamedRecipe,
): { loaded: LoadedRecipe; directory: string } {
  if (recipe) return { loaded: recipe, directory };
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
export function executorOf({ run }: Pick<Target, 'run'>, recipe: Recipe): string {
  return recipe.executor === 'auto' ? (run?.result.executor ?? 'auto') : recipe.executor;
}

/**
 * How the recipe's executor runs. Sums are taken in an order that depends on the number of threads: with another one, a
 * metric may differ in its last digits.
 */
export function runtimeOf({ runtime }: Pick<Recipe, 'runtime'>): RuntimeOptions {
  const { threads, provider } = runtime;
  return { threads: threads === 'auto' ? undefined : threads, provider };
}
