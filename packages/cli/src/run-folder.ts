/**
 * The folder of a run. It is filled in place, result.json last: a folder without it is not finished. Nothing that is
 * already there is ever overwritten.
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MdpdError, messageOf, systemCode } from '@mdpd/core';
import { recipeChanges, refuseChanges, type RecipeChange } from './checkpoint/recipe-changes.ts';
import { lockRun, type Unlock } from './checkpoint/run-lock.ts';
import { diskError, readText, removeUnfinished, writeWhole } from './files.ts';
import type { Result } from '@mdpd/report/result';
import { readResult } from './result.ts';

export const runFiles = {
  recipe: 'recipe.yaml',
  metrics: 'metrics.jsonl',
  examples: 'examples.json',
  events: 'events.out.tfevents.0.mdpd',
  result: 'result.json',
  report: 'report.html',
  failed: 'failed.json',
  checkpoint: 'checkpoint',
  lock: 'run.lock',
  model: 'model',
  side: 'side',
} as const;

/** As the reader of recipes. */
export const maximumRecipeBytes = 1_000_000;

export interface RunFolder {
  /** As the user would type it: relative to the working directory where that is shorter. */
  readonly name: string;
  readonly folder: string;
  file(name: keyof typeof runFiles): string;
  /** Writes result.json: from now on the run is finished. */
  finish(result: Result): void;
  /** Marks the run as failed, or removes it where training had not begun. */
  fail(thrown: unknown): void;
  /** Training begins: from now on a failure leaves the folder, marked as failed. */
  begin(): void;
  /** Frees the folder for other processes; to be called last. */
  release(): void;
}

/** `runs/<recipe>/<time>`, relative to `directory`, where there is nothing yet. */
export function defaultRunFolder(
  recipeFile: string,
  now: Date = new Date(),
  directory: string = process.cwd(),
): string {
  const time = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const base = path.join(runsOf(recipeFile), time);
  for (let attempt = 1; ; attempt++) {
    const folder = attempt === 1 ? base : `${base}-${attempt}`;
    if (!existsSync(path.resolve(directory, folder))) return folder;
  }
}

function runsOf(recipeFile: string): string {
  return path.join('runs', path.parse(recipeFile).name);
}

/**
 * The newest run of a recipe in `runs` that is not finished.
 * Throws NOTHING_TO_RESUME.
 */
export function newestUnfinishedRun(recipeFile: string, directory: string = process.cwd()): string {
  const runs = runsOf(recipeFile);
  const has = (name: string, file: keyof typeof runFiles): boolean =>
    existsSync(path.resolve(directory, runs, name, runFiles[file]));
  const names = existsSync(path.resolve(directory, runs)) ? readdirSync(path.resolve(directory, runs)) : [];
  const name = names
    .filter((each) => has(each, 'recipe') && !has(each, 'result'))
    .sort()
    .at(-1);
  if (name !== undefined) return path.join(runs, name);
  throw new MdpdError('NOTHING_TO_RESUME', `${runs} holds no run that is not finished`, {
    fix: 'name the run with --out, or train without --resume',
    exitCode: 2,
  });
}

/**
 * Makes the folder of a new run and claims it with its recipe.yaml.
 * Throws RUN_EXISTS, OUT_NOT_EMPTY, OUT_NOT_A_FOLDER, OUT_NOT_WRITABLE or DISK_FULL.
 */
export function createRunFolder(name: string, recipeText: string): RunFolder {
  const folder = path.resolve(name);
  const made = makeFolder(folder, name);
  const recipe = path.join(folder, runFiles.recipe);
  try {
    // Exclusive: of two runs that start at the same time in one folder, one fails here.
    writeFileSync(recipe, recipeText, { flag: 'wx' });
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') throw runExists(name);
    const error = systemCode(thrown) === 'EACCES' ? notWritable(name, thrown) : diskError(thrown, name);
    rmSync(recipe, { force: true });
    removeFolders(made);
    throw error;
  }
  const remove = (): void => {
    removeContent(folder);
    removeFolders(made);
  };
  try {
    return runFolder(name, lockRun(path.join(folder, runFiles.lock), name), remove);
  } catch (thrown) {
    remove();
    throw thrown;
  }
}

export interface ReopenedRun {
  readonly run: RunFolder;
  /** Undefined where the run is finished; then nothing was touched. */
  readonly result: Result | undefined;
  /** What differs between its recipe and the one given, all of it accepted. */
  readonly changes: readonly RecipeChange[];
}

/**
 * Opens the folder of a run to go on with it; undefined where there is none. What was not finished when it was stopped is
 * removed, but for its checkpoints.
 * Throws RESUME_RECIPE_CHANGED, RUN_LOCKED, OUT_NOT_EMPTY, DISK_FULL or WRITE_FAILED.
 *
 * @param force - goes on with another recipe too, where that is sound
 */
export function reopenRunFolder(name: string, recipeText: string, force: boolean): ReopenedRun | undefined {
  const folder = path.resolve(name);
  const recipe = path.join(folder, runFiles.recipe);
  if (!existsSync(recipe)) return undefined;
  const changes = recipeChanges(readText(recipe, maximumRecipeBytes), recipeText);
  refuseChanges(changes, path.join(name, runFiles.recipe), force);
  const finished = path.join(folder, runFiles.result);
  if (existsSync(finished)) {
    return {
      run: runFolder(
        name,
        () => {},
        () => {},
      ),
      result: readResult(finished),
      changes: [],
    };
  }
  const unlock = lockRun(path.join(folder, runFiles.lock), name);
  try {
    for (const each of ['failed', 'model', 'side', 'examples'] as const)
      rmSync(path.join(folder, runFiles[each]), { recursive: true, force: true });
    [folder, path.join(folder, runFiles.checkpoint)].forEach(removeUnfinished);
    if (changes.length > 0) writeWhole(recipe, recipeText);
  } catch (thrown) {
    unlock();
    throw diskError(thrown, name);
  }
  const run = runFolder(name, unlock, () => {});
  run.begin();
  return { run, result: undefined, changes };
}

/** @param remove - what a failure before the first step does */
function runFolder(name: string, unlock: Unlock, remove: () => void): RunFolder {
  const folder = path.resolve(name);
  const file = (key: keyof typeof runFiles): string => path.join(folder, runFiles[key]);
  let begun = false;
  return {
    name,
    folder,
    file,
    finish: (result) => {
      writeWhole(file('result'), `${JSON.stringify(result, undefined, 2)}\n`);
      // There is nothing left to go on with.
      rmSync(file('checkpoint'), { recursive: true, force: true });
    },
    begin: () => {
      begun = true;
    },
    fail: (thrown) => {
      // What has a report is to be looked at, also where the first step failed.
      const reported = thrown instanceof MdpdError && thrown.report !== undefined;
      if (begun || reported) markFailed(file('failed'), thrown);
      else remove();
    },
    release: unlock,
  };
}

function removeContent(folder: string): void {
  for (const each of Object.values(runFiles))
    rmSync(path.join(folder, each), { recursive: true, force: true });
}

/** Creates the folder and those above it. Returns the ones that are new, outermost first. */
function makeFolder(folder: string, name: string): string[] {
  const found = statIfThere(folder, name);
  if (found && !found.isDirectory()) throw notAFolder(name, `${name} is a file`);
  if (found) {
    let entries: string[];
    try {
      entries = readdirSync(folder);
    } catch (thrown) {
      throw notWritable(name, thrown);
    }
    if (entries.some((entry) => Object.values<string>(runFiles).includes(entry))) throw runExists(name);
    if (entries.length > 0) {
      throw new MdpdError('OUT_NOT_EMPTY', `${name} holds other files`, {
        fix: 'choose a new or empty folder with --out',
        exitCode: 2,
      });
    }
    return [];
  }
  try {
    const first = mkdirSync(folder, { recursive: true });
    return first === undefined ? [] : between(first, folder);
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === 'ENOTDIR' || code === 'EEXIST') throw notAFolder(name, 'a part of its path is a file');
    if (code === 'ENOSPC' || code === 'EDQUOT') throw diskError(thrown, name);
    throw notWritable(name, thrown);
  }
}

function statIfThere(folder: string, name: string): ReturnType<typeof statSync> {
  try {
    return statSync(folder, { throwIfNoEntry: false });
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOTDIR') throw notAFolder(name, 'a part of its path is a file');
    throw notWritable(name, thrown);
  }
}

function between(first: string, last: string): string[] {
  const folders: string[] = [];
  for (let at = last; at.length >= first.length; at = path.dirname(at)) folders.unshift(at);
  return folders;
}

/** Removes folders that this run made, as far as they are empty. */
function removeFolders(made: readonly string[]): void {
  for (const folder of [...made].reverse()) {
    try {
      rmdirSync(folder);
    } catch {
      return;
    }
  }
}

function markFailed(file: string, thrown: unknown): void {
  const error = thrown instanceof MdpdError ? thrown : undefined;
  const { place, allowed, fix, report } = error ?? {};
  const content = {
    code: error?.code ?? 'INTERNAL',
    message: messageOf(thrown),
    place,
    allowed,
    fix,
    report,
  };
  try {
    writeWhole(file, `${JSON.stringify(content, undefined, 2)}\n`);
  } catch {
    // On a full disk not even this fits; without result.json the run is unfinished all the same.
  }
}

function runExists(name: string): MdpdError {
  return new MdpdError('RUN_EXISTS', `${name} already holds a run`, {
    fix: 'go on with it with --resume, or choose another folder with --out; runs are never overwritten',
    exitCode: 2,
  });
}

function notAFolder(name: string, reason: string): MdpdError {
  return new MdpdError('OUT_NOT_A_FOLDER', `${name} cannot be a folder: ${reason}`, {
    fix: 'choose another folder with --out',
    exitCode: 2,
  });
}

function notWritable(name: string, thrown: unknown): MdpdError {
  return new MdpdError('OUT_NOT_WRITABLE', `${name} cannot be written: ${messageOf(thrown)}`, {
    fix: 'choose another folder with --out',
    exitCode: 2,
  });
}

/** Whether a folder looks like that of a run, finished or not. A recipe.yaml alone may be anybody's. */
export function isRunFolder(folder: string): boolean {
  const has = (name: keyof typeof runFiles): boolean => existsSync(path.join(folder, runFiles[name]));
  return has('result') || (has('recipe') && (has('metrics') || has('failed')));
}

/** The error about a folder, as the user named it, that is none of a run. */
export function noRun(name: string): MdpdError {
  return new MdpdError('RUN_NOT_FOUND', `${name} holds no run`, {
    allowed: 'a folder that `mdpd train` made',
    exitCode: 2,
  });
}

/** result.json of a finished run. Throws RUN_NOT_FOUND, RUN_UNFINISHED, JSON_INVALID or RESULT_INVALID. */
export function readFinishedRun(folder: string): Result {
  if (!isRunFolder(folder)) throw noRun(folder);
  const file = path.join(folder, runFiles.result);
  if (existsSync(file)) return readResult(file);
  const failed = existsSync(path.join(folder, runFiles.failed));
  throw new MdpdError('RUN_UNFINISHED', `the run in ${folder} ${failed ? 'failed' : 'is not finished'}`, {
    place: failed ? path.join(folder, runFiles.failed) : folder,
    fix: failed
      ? 'the place above says why; then go on with `mdpd train … --resume`'
      : 'wait until it is done, or go on with `mdpd train … --resume`',
  });
}
