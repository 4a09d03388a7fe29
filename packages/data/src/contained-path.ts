/** Keeps paths that come out of files and folders inside the folder they belong to. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { MdpdError } from '@mdpd/core';

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Absolute path of `path` below `root`. Throws DATA_PATH where it is absolute or climbs out. */
export function containedPath(root: string, path: string, place: string): string {
  const full = resolve(root, path);
  const foreign = isAbsolute(path) || /^[A-Za-z]:/.test(path) || path.includes('\\') || path.includes('\0');
  if (foreign || full === resolve(root) || !isInside(resolve(root), full)) {
    throw new MdpdError('DATA_PATH', `"${path}" leaves the folder ${root}`, {
      place,
      allowed: 'relative paths below that folder, with "/" between their parts',
    });
  }
  return full;
}

/** Throws DATA_PATH where `path`, all symbolic links followed, lies outside `realRoot`, or is nowhere. */
export async function refuseEscapingLink(realRoot: string, path: string, place: string): Promise<void> {
  const target = await realpath(path).catch((cause: unknown) => {
    throw new MdpdError('DATA_PATH', `the symbolic link ${path} leads nowhere`, {
      place,
      fix: 'remove it, or put the file itself into the folder',
      cause,
    });
  });
  if (isInside(realRoot, target)) return;
  throw new MdpdError('DATA_PATH', `the symbolic link ${path} leaves the folder, to ${target}`, {
    place,
    fix: 'put the files themselves into the folder, or name the folder they are in',
  });
}
