/** What a recipe says, read without its schema: pages are made of runs of other versions and of plugins too. */
import { clip } from './format.ts';
import type { RunView } from './run-view.ts';

/** A value of the recipe by its dotted path; undefined where there is none. */
export function recipeValue(recipe: RunView['recipe'], path: string): unknown {
  let value: unknown = recipe;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** A text or a number of the recipe, as text. */
export function recipeText(recipe: RunView['recipe'], path: string): string | undefined {
  const value = recipeValue(recipe, path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** The data in a few words: what it is trained on, else the data set's name and folder. */
export function dataText(recipe: RunView['recipe']): string {
  const value = (key: string): string | undefined => recipeText(recipe, `data.${key}`);
  const root = value('root');
  const name = value('name') ?? value('task');
  const parts = name === undefined && root === undefined ? [value('train')] : [name, root];
  return clip(parts.filter(Boolean).join(', ') || 'its data', 120);
}

/** The method's name, whether it is written short or with settings. */
export function methodText({ recipe, result }: Pick<RunView, 'recipe' | 'result'>): string {
  return clip(
    result?.method ?? recipeText(recipe, 'method.name') ?? recipeText(recipe, 'method') ?? 'unknown',
    80,
  );
}

/** The backbone's name; the family of one that began fresh. */
export function backboneText({ recipe, result }: Pick<RunView, 'recipe' | 'result'>): string {
  const family = recipeText(recipe, 'backbone.family');
  const name = result?.backbone ?? recipeText(recipe, 'backbone');
  return clip(name ?? (family === undefined ? 'unknown' : `fresh ${family}`), 160);
}
