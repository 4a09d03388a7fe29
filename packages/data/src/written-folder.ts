/** Folders that are written once and then only read: complete, or not there. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MdpdError, messageOf, systemCode } from '@mdpd/core';

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Moves a complete folder to its place; another process may have been faster, with the same files. */
async function moveTo(folder: string, draft: string): Promise<void> {
  try {
    await rename(draft, folder);
  } catch (error) {
    const there = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemCode(error) ?? '');
    if (!there || !(await isFolder(folder))) throw error;
  }
}

/**
 * The folder `runs/data/NAME` below `directory`. Where it is not there `write` is called with an empty folder that gets
 * that name when it is complete, so that an interrupted run leaves nothing that looks finished.
 *
 * @param name - says what the files are: other files need another name
 * @returns its absolute path
 * @throws DATA_UNWRITABLE where the system refuses
 */
export async function writtenFolder(
  directory: string,
  name: string,
  write: (folder: string) => Promise<void>,
): Promise<string> {
  const parent = resolve(directory, 'runs', 'data');
  const folder = join(parent, name);
  const draft = join(parent, `.${name}-${randomUUID()}`);
  try {
    if (await isFolder(folder)) return folder;
    await mkdir(draft, { recursive: true });
    await write(draft);
    await moveTo(folder, draft);
  } catch (error) {
    if (error instanceof MdpdError || systemCode(error) === undefined) throw error;
    throw new MdpdError('DATA_UNWRITABLE', `the generated files cannot be written: ${messageOf(error)}`, {
      place: folder,
      fix: 'make room there, or run the command in a folder that may be written to',
      cause: error,
    });
  } finally {
    // What went wrong before matters more than a draft that cannot be removed.
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
  return folder;
}
