/** In what the recipes of many runs differ. */
import { tableOf } from '../chart/figure.ts';
import { flatten } from '../comparison.ts';
import { clip } from '../format.ts';
import { html } from '../html.ts';
import type { Section } from '../page.ts';
import type { RunView } from '../run-view.ts';

const mostKeys = 200;

/** Keys that are not the same in all recipes, with their values; a key that a recipe does not have is empty. */
export function differences(
  recipes: readonly RunView['recipe'][],
): [key: string, values: (string | undefined)[]][] {
  const flat = recipes.map((recipe) => flatten(recipe));
  const keys = [...new Set(flat.flatMap((each) => [...each.keys()]))];
  return keys
    .map((key): [string, (string | undefined)[]] => [key, flat.map((each) => each.get(key))])
    .filter(([, values]) => new Set(values).size > 1);
}

/** Absent where there is one run. */
export function recipeDiffSection(views: readonly RunView[]): Section | undefined {
  if (views.length < 2) return undefined;
  const found = differences(views.map(({ recipe }) => recipe));
  const body =
    found.length === 0
      ? html`<p>All recipes are the same.</p>`
      : tableOf(
          {
            head: ['key', ...views.map(({ name }) => clip(name, 60))],
            rows: found
              .slice(0, mostKeys)
              .map(([key, values]) => [key, ...values.map((value) => clip(value ?? '', 80))]),
            note: found.length > mostKeys ? `${found.length - mostKeys} further keys differ.` : undefined,
          },
          'recipes',
        );
  return { id: 'recipes', title: 'In what they differ', body };
}
