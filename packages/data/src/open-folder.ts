/** Opens what a recipe names where a folder is expected: a path, or a folder source (`zoo:scenes`). */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { didYouMean, howToGet, MdpdError, systemCode, type FolderSource } from '@mdpd/core';

/** Where folders are looked for. */
export interface OpenFolderOptions {
  /** `TaskContext.folderSources`. */
  readonly sources?: readonly FolderSource[];
  /** Folder against which relative paths are resolved. */
  readonly directory: string;
  /** Recipe key, for messages: `data.root`. */
  readonly place?: string;
  /** Called while a source prepares its folder. */
  progress?(done: number, total: number): void;
}

/** `zoo:scenes`: no path has a colon behind a word, but for the drives of Windows, which are one letter. */
const namesSource = (named: string): boolean => /^[\w-]{2,}:[\w-]+$/u.test(named);

function missing(named: string, path: string, { sources = [], place }: OpenFolderOptions): MdpdError {
  const names = sources.map(({ name }) => name);
  if (namesSource(named)) {
    return new MdpdError('UNKNOWN_SOURCE', `there is no folder source "${named}"`, {
      place,
      allowed: names.length > 0 ? names : 'none is installed',
      fix: howToGet('folder source', named, names) ?? 'a folder is written with a slash: ./NAME',
      exitCode: 2,
    });
  }
  const hint = didYouMean(named, names) ?? 'relative paths start where the command is run';
  return new MdpdError('DATA_MISSING', `there is no folder "${named}"`, {
    place,
    fix: `looked for ${path}; ${hint}`,
    exitCode: 2,
  });
}

/**
 * Absolute path of the folder. A source's files are written first where they are not there.
 * Throws UNKNOWN_SOURCE, DATA_MISSING and what the source throws (DATA_UNWRITABLE).
 */
export async function openFolder(named: string, options: OpenFolderOptions): Promise<string> {
  const { directory, progress } = options;
  const source = options.sources?.find(({ name }) => name === named);
  if (source) return source.prepare({ directory, progress });
  const path = resolve(directory, named);
  try {
    if ((await stat(path)).isDirectory()) return path;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw error;
  }
  throw missing(named, path, options);
}
