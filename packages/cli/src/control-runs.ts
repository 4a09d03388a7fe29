/** Finished runs beside a run that differ from it in nothing but the method: its controls. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Recipe } from '@mdpd/core';
import { parseDocument } from 'yaml';
import type { ControlRun } from './card-controls.ts';
import { readText } from './files.ts';
import { readResult } from './result.ts';
import { maximumRecipeBytes, runFiles } from './run-folder.ts';

/** Of a folder with more runs, the newest by name. */
const mostRuns = 200;

/**
 * Those in the folder that the run's own lies in, sorted by name. What cannot be read is none.
 *
 * @param folder - of the run
 * @param recipe - as resolved
 */
export function controlRuns(folder: string, recipe: Recipe): ControlRun[] {
  const parent = path.dirname(folder);
  const wanted = comparable(recipe);
  return namesIn(parent)
    .filter((name) => path.join(parent, name) !== folder)
    .slice(-mostRuns)
    .flatMap((name) => readControl(path.join(parent, name), wanted));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}

function readControl(folder: string, wanted: object): ControlRun[] {
  const file = (name: 'result' | 'recipe'): string => path.join(folder, runFiles[name]);
  if (!existsSync(file('result')) || !existsSync(file('recipe'))) return [];
  try {
    const text = readText(file('recipe'), maximumRecipeBytes);
    const recipe = parseDocument(text, { logLevel: 'error' }).toJS({ maxAliasCount: 0 }) as Recipe;
    const { method } = recipe;
    if (typeof method?.name !== 'string' || !isDeepStrictEqual(comparable(recipe), wanted)) return [];
    return [{ method, result: readResult(file('result')) }];
  } catch {
    return [];
  }
}

/** A recipe without its method, and what changes no number beyond the last digits. */
function comparable({ method: _m, executor: _e, runtime: _r, plugins: _p, train, ...rest }: Recipe): object {
  const { checkpoint: _c, logEvery: _l, ...numbers } = train;
  return JSON.parse(JSON.stringify({ ...rest, train: numbers })) as object;
}
