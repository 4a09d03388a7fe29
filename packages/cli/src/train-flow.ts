/** The way of a training from a recipe to a finished folder: what `mdpd train` and `train` of a program both do. */
import { MdpdError, resolveRecipe, stringifyRecipe, type LoadedRecipe } from '@mdpd/core';
import { throwIfStopped } from '@mdpd/distill/engine/stop';
import { openBackbone } from './backbone-reference.ts';
import { newestStep } from './checkpoint/checkpoint-store.ts';
import { internalError } from './internal-error.ts';
import { pinHubData } from './pin-hub-data.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import type { Result } from '@mdpd/report/result';
import { createRunFolder, reopenRunFolder, type RunFolder } from './run-folder.ts';
import { note, type Listener } from './train-event.ts';

export interface TrainRequest {
  readonly loaded: LoadedRecipe;
  /** File name of the recipe; without its ending it names the result. */
  readonly recipeFile: string;
  /** Folder of the run; it must be new or empty, unless a run goes on. */
  readonly out: string;
  /** Goes on with the run in `out`, where there is one; `force`: with another recipe too, where that is sound. */
  readonly resume: boolean | 'force';
  /** What to write to go on with the run, for messages. */
  readonly again: string;
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
 * Trains. A failure before the first step leaves no folder, one after it a folder with failed.json and a checkpoint to go
 * on from. A run that is finished is not trained again.
 * Throws what is wrong with the recipe or its data, INTERRUPTED once the signal was aborted, and what training throws.
 */
export async function runTraining(request: TrainRequest): Promise<FinishedTraining> {
  const { loaded, recipeFile, directory, signal, listener, begunAt } = request;
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
  const { run, result, resumes } = openRun(request, recipeText, say);
  if (result) return { run, result };
  try {
    // Only now: wrong recipes are refused before the heavy modules are loaded.
    const { trainRun } = await import('./train-run.ts');
    const job = { recipe, recipeFile, recipeText, registry, opened, run, resumes, directory, begunAt };
    return { run, result: await trainRun({ ...job, listener, signal }) };
  } catch (thrown) {
    const error = withWayOn(internalError(thrown), newestStep(run.file('checkpoint')), request.again);
    run.fail(error);
    const { writeFailedPage } = await import('./report-file.ts');
    writeFailedPage(run.folder, run.name);
    throw error;
  } finally {
    run.release();
  }
}

interface OpenedRun {
  readonly run: RunFolder;
  /** Of a run that is finished. */
  readonly result?: Result;
  /** Whether the folder had a run before. */
  readonly resumes: boolean;
}

function openRun(
  { out, resume }: TrainRequest,
  recipeText: string,
  say: (message: string) => void,
): OpenedRun {
  const reopened = resume === false ? undefined : reopenRunFolder(out, recipeText, resume === 'force');
  if (!reopened) return { run: createRunFolder(out, recipeText), resumes: false };
  const { run, result, changes } = reopened;
  if (result) {
    say(`${out} is finished: nothing is trained`);
    return { run, result, resumes: true };
  }
  for (const { key, before, after } of changes) say(`changed from here on: ${key}: ${before} → ${after}`);
  return { run, resumes: true };
}

/** Says how to go on with a run of which `step` steps are kept. */
function withWayOn(error: MdpdError, step: number, again: string): MdpdError {
  const { code, message, place, allowed, exitCode, report, cause = error } = error;
  const stopped = code === 'INTERRUPTED';
  if (step === 0) return error;
  const wayOn = `the state after step ${step} is kept: go on with \`${again}\``;
  const fix = stopped || error.fix === undefined ? wayOn : `${error.fix}; ${wayOn}`;
  return new MdpdError(code, message, { place, allowed, fix, exitCode, report, cause });
}
