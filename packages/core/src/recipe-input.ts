/** A recipe as a program writes it: what a recipe file may hold, typed as far as every task and method shares it. */
import type { z } from 'zod';
import type { recipeSchema } from './recipe.ts';

/** The method by name, or its name and settings. */
export type MethodInput = string | ({ readonly name: string } & Readonly<Record<string, unknown>>);

/**
 * What `train` takes. Keys with a default may be left out; `data` and the settings of the method are checked by the
 * schemas of the task and the method when the recipe is used.
 */
export type RecipeInput = Readonly<Omit<z.input<typeof recipeSchema>, 'method'>> & {
  readonly method: MethodInput;
};

/** The recipe itself: for types and completion where it is written in JavaScript, or in a file of its own. */
export function defineRecipe<const T extends RecipeInput>(recipe: T): T {
  return recipe;
}
