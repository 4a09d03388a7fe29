/** Writes a plugin into a folder of its own. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { problem } from './problem.ts';
import type { Files } from './render.ts';

/** Writes all files below `folder`, which must be new or empty. Throws CREATE_FOLDER and CREATE_WRITE. */
export function writeFiles(folder: string, files: Files): void {
  ensureFree(folder);
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content, { flag: 'wx' });
    }
  } catch (thrown) {
    throw problem('CREATE_WRITE', `cannot write into ${folder}: ${(thrown as Error).message}`, {
      fix: 'call the command in a folder that you may write into',
    });
  }
}

function ensureFree(folder: string): void {
  if (!existsSync(folder)) return;
  const isFolder = statSync(folder).isDirectory();
  if (isFolder && readdirSync(folder).length === 0) return;
  throw problem('CREATE_FOLDER', isFolder ? `${folder} holds files already` : `${folder} is a file`, {
    allowed: 'a new folder, or an empty one',
    fix: 'give the plugin another name, or call the command in another folder',
    exitCode: 2,
  });
}
