import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { recipeSchema, stringifyRecipe, type Recipe } from '@mdpd/core';
import { controlRuns } from './control-runs.ts';
import { exampleResult } from './testing/example-result.ts';

const root = mkdtempSync(path.join(tmpdir(), 'mdpd-controls-'));
afterAll(() => rmSync(root, { recursive: true }));

const recipe = (changes: object = {}, train: object = {}): Recipe =>
  recipeSchema.parse({
    task: 'vtab',
    data: { train: './photos' },
    backbone: 'zoo:tiny-vit',
    method: 'mdpd',
    train: { steps: 6, ...train },
    ...changes,
  });

function write(name: string, text: string, result: unknown = exampleResult()): void {
  mkdirSync(path.join(root, name));
  writeFileSync(path.join(root, name, 'recipe.yaml'), text);
  if (result !== undefined) writeFileSync(path.join(root, name, 'result.json'), JSON.stringify(result));
}

it('finds finished runs of the same recipe with other methods beside a run', () => {
  const text = (made: Recipe): string => stringifyRecipe(made, 'by a command');
  write('own', text(recipe()));
  write('head', text(recipe({ method: 'head' })));
  write('fast', text(recipe({ method: 'full', executor: 'wasm', runtime: { threads: 1 } }, { logEvery: 5 })));
  write('other-data', text(recipe({ method: 'head', data: { train: './others' } })));
  write('other-seed', text(recipe({ method: 'head' }, { seed: 1 })));
  write('smoke', text(recipe({ method: 'head', smoke: true })));
  write('no-method', text(recipe()).replace(/^method:.*\n( .*\n)*/m, ''));
  write('no-yaml', 'method: {{');
  write('no-recipe', 'just words');
  write('damaged', text(recipe({ method: 'head' })), {});
  mkdirSync(path.join(root, 'unfinished'));
  writeFileSync(path.join(root, 'unfinished/recipe.yaml'), text(recipe({ method: 'head' })));
  writeFileSync(path.join(root, 'a-file'), '');
  const found = controlRuns(path.join(root, 'own'), recipe());
  expect(found.map(({ method }) => method.name)).toEqual(['full', 'head']);
  expect(controlRuns('/nowhere/run', recipe())).toEqual([]);
});
