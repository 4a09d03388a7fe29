/** Watches which files are opened, listed and changed: what lies outside of a folder is noted. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Guard {
  /** Paths outside that were touched since the last call, each with the function that did. */
  taken(): string[];
}

/** Functions of node:fs whose first argument is a path; those that change something have no business anywhere. */
const readers = [
  'open',
  'openSync',
  'readFile',
  'readFileSync',
  'createReadStream',
  'opendir',
  'opendirSync',
  'readdir',
  'readdirSync',
  'readlink',
  'readlinkSync',
];
const writers = [
  'writeFile',
  'writeFileSync',
  'appendFile',
  'appendFileSync',
  'mkdir',
  'mkdirSync',
  'mkdtemp',
  'mkdtempSync',
  'rm',
  'rmSync',
  'rmdir',
  'rmdirSync',
  'unlink',
  'unlinkSync',
  'rename',
  'renameSync',
  'copyFile',
  'copyFileSync',
  'symlink',
  'symlinkSync',
  'link',
  'linkSync',
  'truncate',
  'truncateSync',
  'chmod',
  'chmodSync',
  'createWriteStream',
  'utimes',
  'utimesSync',
];

const { realpathSync } = fs;

/**
 * Puts a watch on node:fs in this process, for good: reading below `folder` and `allowed` is fine, everything else is
 * noted (and done). Links are followed: what counts is the file itself.
 */
export function watchFiles(folder: string, allowed: readonly string[]): Guard {
  const inside = [folder, ...allowed].map((each) => realpathSync(each));
  const noted: string[] = [];
  const isInside = (file: string): boolean => {
    let real = path.resolve(file);
    try {
      real = realpathSync(real);
    } catch {
      // What is not there is judged by its name.
    }
    return inside.some((each) => real === each || real.startsWith(each + path.sep));
  };
  const watch = (owner: Record<string, unknown>, name: string, writes: boolean): void => {
    const original = owner[name];
    if (typeof original !== 'function') return;
    owner[name] = function watched(this: unknown, ...args: unknown[]): unknown {
      const file = pathOf(args[0]);
      const opensToWrite = name.startsWith('open') && typeof args[1] === 'string' && /[wa+]/u.test(args[1]);
      if (file !== undefined && (writes || opensToWrite || !isInside(file))) noted.push(`${name} ${file}`);
      return Reflect.apply(original, this, args);
    };
  };
  for (const owner of [fs, fs.promises] as unknown as Record<string, unknown>[]) {
    for (const name of readers) watch(owner, name, false);
    for (const name of writers) watch(owner, name, true);
  }
  syncBuiltinESMExports();
  return { taken: () => noted.splice(0) };
}

function pathOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof URL) return fileURLToPath(value);
  return Buffer.isBuffer(value) ? value.toString() : undefined;
}
