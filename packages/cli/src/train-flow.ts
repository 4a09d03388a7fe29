/** The way of a training from a recipe to a finished folder: what `mdpd train` and `train` of a program both do. */
import { resolveRecipe, stringifyRecipe, type LoadedRecipe } from '@mdpd/core';
import { throwIfStopped } from '@mdpd/distill/engine/stop';
import { openBackbone } from './backbone-reference.ts';
import { pinHubData } from './pin-hub-data.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import type { Result } from './result.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';
import { note, type Listener } from './train-event.ts';

export interface TrainRequest {
  readonly loaded: LoadedRecipe;
  /** File name of the recipe; without its ending it names the result. */
  readonly recipeFile: string;
  /** Folder of the run; it must be new or empty. */
  readonly out: string;
  /** Against it the recipe's paths are resolved. */
  readonly directory: string;
  /** How the training was asked for, for the head of the run's recipe.yaml. */
  readonly heading: string;
  /** When it was asked for, as `process.uptime()`. */
  readonly begunAt: number;
  readonly signal: AbortSignal;
  readonly listener: Listener;
}

export interface FinishedTraining {
  readonly run: RunFolder;
  readonly result: Result;
}

/**
 * Trains. A failure before the first step leaves no folder, one after it a folder with failed.json.
 * Throws what is wrong with the recipe or its data, INTERRUPTED once the signal was aborted, and what training throws.
 */
export async function runTraining(request: TrainRequest): Promise<FinishedTraining> {
  const { loaded, recipeFile, directory, signal, listener } = request;
  const say = (message: string): void => listener(note(message));
  throwIfStopped(signal);
  const { registry, problems } = await loadPlugins({ named: loaded.plugins, directory });
  describeProblems(problems).forEach(say);
  const resolved = resolveRecipe(loaded, registry);
  const hub = { warn: (message: string) => say(`warning: ${message}`), report: say };
  const data = await pinHubData(resolved.data, (at) => loaded.locate(['data', ...at]), hub);
  const locate = (at: readonly string[]): string => loaded.locate(['backbone', ...at]);
  const opened = await openBackbone(resolved.backbone, registry, directory, locate, hub);
  const recipe = { ...resolved, backbone: opened.pinned ?? resolved.backbone, data };
  const recipeText = stringifyRecipe(recipe, `${request.heading}\nas resolved: every default written out`);
  const run = createRunFolder(request.out, recipeText);
  const { begunAt } = request;
  try {
    // Only now: wrong recipes are refused before the heavy modules are loaded.
    const { trainRun } = await import('./train-run.ts');
    const job = {
      recipe,
      recipeFile,
      recipeText,
      registry,
      opened,
      run,
      directory,
      begunAt,
      listener,
      signal,
    };
    return { run, result: await trainRun(job) };
  } catch (thrown) {
    run.fail(thrown);
    throw thrown;
  }
}
