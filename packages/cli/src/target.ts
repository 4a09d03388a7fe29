/** What `evaluate` and `predict` are pointed at: a run, a model folder, or a model of a plugin. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { didYouMean, MdpdError, type LoadedRecipe, loadRecipe, type Registry } from '@mdpd/core';
import type { PluginOptions } from './plugins.ts';
import { isRunFolder, readFinishedRun, runFiles } from './run-folder.ts';
import type { Result } from '@mdpd/report/result';

export interface Target {
  /** As the user named it. */
  readonly name: string;
  /** Folder with config.json: the model, or the side network of a run without a model. */
  readonly folder: string;
  readonly kind: 'model' | 'side';
  /** The run that it belongs to. */
  readonly run: FinishedRun | undefined;
}

export interface FinishedRun {
  readonly folder: string;
  readonly result: Result;
  readonly recipeFile: string;
  /** Against it the recipe's paths are resolved. */
  readonly directory: string;
}

/** Throws TARGET_NOT_FOUND, UNKNOWN_MODEL, RUN_UNFINISHED or what reading a result throws. */
export function findTarget(name: string, registry: Registry, directory: string): Target {
  const { models } = registry;
  if (models.names.includes(name)) return modelTarget(name, models.get(name).folder);
  const folder = path.resolve(directory, name);
  if (isRunFolder(folder)) return runTarget(name, folder);
  if (existsSync(path.join(folder, 'config.json'))) return modelTarget(name, folder);
  throw new MdpdError(
    'TARGET_NOT_FOUND',
    existsSync(folder) ? `${name} holds neither a run nor a model` : `there is no run or model "${name}"`,
    {
      allowed: `a folder that \`mdpd train\` made, or a folder with config.json and model.safetensors${models.names
        .map((each) => `, ${each}`)
        .join('')}`,
      fix: didYouMean(name, models.names),
      exitCode: 2,
    },
  );
}

/**
 * The plugins that a target needs: those that its run's recipe names, or `recipe`, which the user names. They must be
 * loaded before the target can be opened.
 */
export function pluginsFor(name: string, directory: string, recipe?: LoadedRecipe): PluginOptions {
  if (recipe !== undefined) return { named: recipe.plugins, directory };
  const folder = runFolderOf(path.resolve(directory, name));
  if (folder === undefined) return { directory };
  const run = finishedRun(folder);
  return { named: recipeOf(run).plugins, directory: run.directory };
}

/** The recipe of a run, as it was resolved. */
export function recipeOf(run: FinishedRun, overrides: readonly string[] = []): LoadedRecipe {
  return loadRecipe(run.recipeFile, overrides);
}

function runTarget(name: string, folder: string): Target {
  const run = finishedRun(folder);
  for (const kind of ['model', 'side'] as const) {
    const inside = path.join(folder, runFiles[kind]);
    if (existsSync(path.join(inside, 'config.json'))) return { name, folder: inside, kind, run };
  }
  throw new MdpdError('RUN_WITHOUT_MODEL', `the run in ${name} has lost its model`, { place: folder });
}

/** A model folder inside a run belongs to it. */
function modelTarget(name: string, folder: string): Target {
  return { name, folder, kind: 'model', run: runOf(folder) };
}

/** The finished run that a folder is, or that a model folder is in. Throws what reading a result throws. */
export function runOf(folder: string): FinishedRun | undefined {
  const found = runFolderOf(folder);
  return found === undefined ? undefined : finishedRun(found);
}

/** The run that a folder is, or that a model folder is in. */
function runFolderOf(folder: string): string | undefined {
  if (isRunFolder(folder)) return folder;
  const above = path.dirname(folder);
  return path.basename(folder) === runFiles.model && isRunFolder(above) ? above : undefined;
}

function finishedRun(folder: string): FinishedRun {
  const result = readFinishedRun(folder);
  const recipeFile = path.join(folder, runFiles.recipe);
  return { folder, result, recipeFile, directory: path.resolve(folder, result.directory) };
}
