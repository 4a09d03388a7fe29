/** Hashes of the files of a run, as result.json keeps them: what `mdpd verify` compares with. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { hashFile, type FileHash } from './file-hash.ts';
import { runFiles } from './run-folder.ts';

/** By path from the run's folder, with `/` on every system. */
export type FileHashes = Readonly<Record<string, FileHash>>;

/** Folders of a run in which every file counts; and the files beside them that do. */
export const countedFolders = [runFiles.model, runFiles.side] as const;
const countedFiles = [runFiles.recipe, runFiles.metrics, runFiles.examples] as const;

export interface FolderEntry {
  /** From the run's folder, with `/` on every system. */
  readonly name: string;
  /** A link or a device: nothing that `mdpd` makes, and nothing that is followed. */
  readonly isPlain: boolean;
}

/** What there is of the counted files and folders of a run, sorted by name. */
export function countedEntries(folder: string): FolderEntry[] {
  const here = (name: string): boolean => countedFiles.some((each) => each === name);
  const found = readdirSync(folder, { withFileTypes: true }).flatMap((entry): FolderEntry[] => {
    if (here(entry.name)) return [{ name: entry.name, isPlain: entry.isFile() }];
    if (!countedFolders.some((each) => each === entry.name)) return [];
    return entry.isDirectory()
      ? entriesBelow(path.join(folder, entry.name), entry.name)
      : [{ name: entry.name, isPlain: false }];
  });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Links are listed, not followed. */
function entriesBelow(folder: string, prefix: string): FolderEntry[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): FolderEntry[] => {
    const name = `${prefix}/${entry.name}`;
    if (entry.isDirectory()) return entriesBelow(path.join(folder, entry.name), name);
    return [{ name, isPlain: entry.isFile() }];
  });
}

/** Hashes of everything that counts in the folder of a run. */
export function hashRun(folder: string): FileHashes {
  const plain = countedEntries(folder).filter(({ isPlain }) => isPlain);
  return Object.fromEntries(plain.map(({ name }) => [name, hashFile(path.join(folder, name))]));
}
