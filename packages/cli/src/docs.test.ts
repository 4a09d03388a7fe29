/** The tables of docs/recipes.md say what the schema says. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { recipeSchema, trainSchema } from '@mdpd/core';
import { keyPaths } from '@mdpd/core/schema-words';

const page = readFileSync(new URL('../../../docs/recipes.md', import.meta.url), 'utf8');

/** Key and default of every table row that starts with a key. */
const documented = new Map(
  [...page.matchAll(/^\| `([\w.]+)` +\| (?:`([^`]*)`|(\w*)) +\|/gm)].map(([, key, value, word]) => [
    key!,
    value ?? word!,
  ]),
);

function leaves(tree: object, prefix: string): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'object' && value !== null
      ? leaves(value as object, `${prefix}.${key}`)
      : [[`${prefix}.${key}`, String(value)]],
  );
}

it('lists every key of a recipe and of its training, and no other', () => {
  const sections = new Set(['train.learningRate', 'train.checkpoint']);
  const keys = keyPaths(recipeSchema).filter(
    (key) => !/^(backbone|method)\./.test(key) && !sections.has(key),
  );
  expect([...documented.keys()].sort()).toEqual([...keys].sort());
});

it('gives the defaults', () => {
  const { epochs: _epochs, ...defaults } = trainSchema.parse({ epochs: 1 });
  const written = leaves(defaults, 'train');
  expect(written.map(([key]) => [key, Number(documented.get(key)) || documented.get(key)])).toEqual(
    written.map(([key, value]) => [key, Number(value) || value]),
  );
  expect(documented.get('executor')).toBe('auto');
  expect(documented.get('smoke')).toBe('false');
});
