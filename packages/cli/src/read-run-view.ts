/** Reads a run's folder, finished or not, as its page shows it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadRecipe, MdpdError } from '@mdpd/core';
import type { RunView } from '@mdpd/report/run-view';
import { shownExamplesSchema, type ShownExamples } from '@mdpd/report/shown-examples';
import { readJson, readText } from './files.ts';
import { MetricsHistory } from './metrics-history.ts';
import { readResult } from './result.ts';
import { isRunFolder, maximumRecipeBytes, noRun, runFiles } from './run-folder.ts';

/**
 * What there is of the run in `folder`: metrics.jsonl is enough, the rest is shown where it is there.
 *
 * @param name - the folder as the user named it
 * @throws RUN_NOT_FOUND, RECORDS_INVALID, RESULT_INVALID, EXAMPLES_INVALID and what reading files throws
 */
export function readRunView(folder: string, name: string): RunView {
  if (!isRunFolder(folder)) throw noRun(name);
  const file = (key: keyof typeof runFiles): string => path.join(folder, runFiles[key]);
  return {
    name,
    ...recipeOf(file('recipe')),
    ...new MetricsHistory(file('metrics')).read(),
    result: existsSync(file('result')) ? readResult(file('result')) : undefined,
    failure: existsSync(file('failed')) ? readFailure(file('failed')) : undefined,
    examples: existsSync(file('examples')) ? readExamples(file('examples')) : undefined,
  };
}

/** The recipe of a run whose recipe.yaml is lost says nothing. */
function recipeOf(file: string): Pick<RunView, 'recipe' | 'recipeText' | 'command'> {
  if (!existsSync(file)) return { recipe: {}, recipeText: '', command: '' };
  const recipeText = readText(file, maximumRecipeBytes);
  return { recipe: loadRecipe(file).tree, recipeText, command: commandOf(recipeText) };
}

/** How the training was asked for: the first line of recipe.yaml. */
export function commandOf(recipeText: string): string {
  const heading = /^# (mdpd train .*)$/m.exec(recipeText)?.[1];
  return heading === undefined ? 'npx mdpd train recipe.yaml' : `npx ${heading}`;
}

function readFailure(file: string): NonNullable<RunView['failure']> {
  const { code, message, fix } = readJson(file);
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { code: text(code), message: text(message), ...(typeof fix === 'string' ? { fix } : {}) };
}

/** Throws EXAMPLES_INVALID, and what reading JSON throws. */
export function readExamples(file: string): ShownExamples {
  const parsed = shownExamplesSchema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new MdpdError('EXAMPLES_INVALID', `${issue.path.join('.')}: ${issue.message}`, { place: file });
}
