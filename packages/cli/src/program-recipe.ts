/** The recipe that a program names: an object, or the path of a file. */
import { loadRecipe, recipeFromObject, type LoadedRecipe, type RecipeInput } from '@mdpd/core';
import path from 'node:path';

/** `smoke` puts that key over the recipe's. Throws what reading a recipe file throws, or RECIPE_INVALID. */
export function loadedRecipe(
  recipe: RecipeInput | string,
  directory: string,
  { smoke = false }: { readonly smoke?: boolean } = {},
): LoadedRecipe {
  if (typeof recipe === 'string')
    return loadRecipe(path.resolve(directory, recipe), smoke ? ['smoke=true'] : []);
  return recipeFromObject(smoke ? { ...recipe, smoke } : recipe);
}
