/**
 * The folder of a run. It is filled in place, result.json last: a folder without it is not finished. Nothing that is
 * already there is ever overwritten.
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { MdpdError, messageOf, systemCode } from '@mdpd/core';
import { diskError, writeWhole } from './files.ts';
import { readResult, type Result } from './result.ts';

export const runFiles = {
  recipe: 'recipe.yaml',
  metrics: 'metrics.jsonl',
  result: 'result.json',
  failed: 'failed.json',
  model: 'model',
  side: 'side',
} as const;

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
}

/** `runs/<recipe>/<time>`, relative to `directory`, where there is nothing yet. */
export function defaultRunFolder(
  recipeFile: string,
  now: Date = new Date(),
  directory: string = process.cwd(),
): string {
  const stem = path.parse(recipeFile).name;
  const time = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const base = path.join('runs', stem, time);
  for (let attempt = 1; ; attempt++) {
    const folder = attempt === 1 ? base : `${base}-${attempt}`;
    if (!existsSync(path.resolve(directory, folder))) return folder;
  }
}

/**
 * Makes the folder of a new run and claims it with its recipe.yaml.
 * Throws RUN_EXISTS, OUT_NOT_EMPTY, OUT_NOT_A_FOLDER, OUT_NOT_WRITABLE or DISK_FULL.
 */
export function createRunFolder(name: string, recipeText: string): RunFolder {
  const folder = path.resolve(name);
  const made = makeFolder(folder, name);
  const file = (key: keyof typeof runFiles): string => path.join(folder, runFiles[key]);
  try {
    // Exclusive: of two runs that start at the same time in one folder, one fails here.
    writeFileSync(file('recipe'), recipeText, { flag: 'wx' });
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') throw runExists(name);
    const error = systemCode(thrown) === 'EACCES' ? notWritable(name, thrown) : diskError(thrown, name);
    rmSync(file('recipe'), { force: true });
    removeFolders(made);
    throw error;
  }
  let begun = false;
  return {
    name,
    folder,
    file,
    finish: (result) => writeWhole(file('result'), `${JSON.stringify(result, undefined, 2)}\n`),
    begin: () => {
      begun = true;
    },
    fail: (thrown) => {
      if (begun) return markFailed(file('failed'), thrown);
      for (const each of Object.values(runFiles))
        rmSync(path.join(folder, each), { recursive: true, force: true });
      removeFolders(made);
    },
  };
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
  const { place, allowed, fix } = error ?? {};
  const content = { code: error?.code ?? 'INTERNAL', message: messageOf(thrown), place, allowed, fix };
  try {
    writeWhole(file, `${JSON.stringify(content, undefined, 2)}\n`);
  } catch {
    // On a full disk not even this fits; without result.json the run is unfinished all the same.
  }
}

function runExists(name: string): MdpdError {
  return new MdpdError('RUN_EXISTS', `${name} already holds a run`, {
    fix: 'choose another folder with --out, or remove this one; runs are never overwritten',
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

/** result.json of a finished run. Throws RUN_NOT_FOUND, RUN_UNFINISHED, JSON_INVALID or RESULT_INVALID. */
export function readFinishedRun(folder: string): Result {
  if (!isRunFolder(folder)) {
    throw new MdpdError('RUN_NOT_FOUND', `${folder} holds no run`, {
      allowed: 'a folder that `mdpd train` made',
      exitCode: 2,
    });
  }
  const file = path.join(folder, runFiles.result);
  if (existsSync(file)) return readResult(file);
  const failed = existsSync(path.join(folder, runFiles.failed));
  throw new MdpdError('RUN_UNFINISHED', `the run in ${folder} ${failed ? 'failed' : 'is not finished'}`, {
    place: failed ? path.join(folder, runFiles.failed) : folder,
    fix: failed ? 'the place above says why; train it again' : 'wait until it is done, or train it again',
  });
}
