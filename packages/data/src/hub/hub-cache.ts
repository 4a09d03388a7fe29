/**
 * The cache folder that all tools of Hugging Face share: `models--org--name/{blobs,refs,snapshots}`. Blobs are named for
 * their hashes, snapshots hold links to them under the names of the files, and refs say which commit a branch was.
 */
import { copyFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { HubTarget } from './hub-errors.ts';
import { isCommit } from './hub-reference.ts';
import type { HubFile } from './hub-request.ts';

export interface HubCache {
  /** Where the files of a commit are. */
  snapshot(commit: string): string;
  blob(hash: string): string;
  /** The commit of a revision when it was last fetched. */
  commitOf(revision: string): Promise<string | undefined>;
  setCommit(revision: string, commit: string): Promise<void>;
  has(commit: string, path: string): Promise<boolean>;
  /** Whether the file is there in full. */
  hasWhole(commit: string, file: HubFile): Promise<boolean>;
  /** Whether it is known that the repository has no such file. */
  isAbsent(commit: string, path: string): Promise<boolean>;
  setAbsent(commit: string, path: string): Promise<void>;
  /** Names in a folder of a snapshot; empty where it is not there. */
  names(commit: string, folder: string): Promise<string[]>;
  /** Makes a blob a file of a snapshot. */
  link(commit: string, file: HubFile): Promise<void>;
}

async function sizeOf(path: string): Promise<number | undefined> {
  // Follows links: one that leads nowhere is no file.
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}

export function hubCache({
  type,
  repository,
  settings,
}: Pick<HubTarget, 'type' | 'repository' | 'settings'>): HubCache {
  const root = join(settings.cache, [`${type}s`, ...repository.split('/')].join('--'));
  const snapshot = (commit: string): string => join(root, 'snapshots', commit);
  const blob = (hash: string): string => join(root, 'blobs', hash);
  const reference = (revision: string): string => join(root, 'refs', ...revision.split('/'));
  const absent = (commit: string, path: string): string => join(root, '.no_exist', commit, path);
  return {
    snapshot,
    blob,
    commitOf: async (revision) => {
      const text = await readFile(reference(revision), 'utf8').catch(() => '');
      return isCommit(text.trim()) ? text.trim() : undefined;
    },
    setCommit: async (revision, commit) => {
      await mkdir(dirname(reference(revision)), { recursive: true });
      await writeFile(reference(revision), commit);
    },
    has: async (commit, path) => (await sizeOf(join(snapshot(commit), path))) !== undefined,
    hasWhole: async (commit, { path, size }) => (await sizeOf(join(snapshot(commit), path))) === size,
    isAbsent: async (commit, path) => (await sizeOf(absent(commit, path))) !== undefined,
    setAbsent: async (commit, path) => {
      await mkdir(dirname(absent(commit, path)), { recursive: true });
      await writeFile(absent(commit, path), '');
    },
    names: (commit, folder) => readdir(join(snapshot(commit), folder)).catch(() => []),
    link: async (commit, { path, hash }) => {
      const pointer = join(snapshot(commit), path);
      await mkdir(dirname(pointer), { recursive: true });
      await rm(pointer, { force: true });
      // Relative, so that the cache can be moved; a copy where the system has no links.
      await symlink(relative(dirname(pointer), blob(hash)), pointer).catch(() =>
        copyFile(blob(hash), pointer),
      );
    },
  };
}
