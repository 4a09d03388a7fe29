/** Brings the hashes of a finished run up to date after `export` has written into its model. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { hashFile } from './file-hash.ts';
import { readJson, writeWhole } from './files.ts';
import { runFiles } from './run-folder.ts';

/**
 * Hashes of these files alone (paths from the run's folder): what else may have changed since stays as it was recorded.
 * A run from before hashes were recorded stays without. Throws what reading and writing result.json throw.
 */
export function recordFiles(folder: string, names: readonly string[]): void {
  const file = path.join(folder, runFiles.result);
  const result = readJson(file);
  const { files } = result;
  if (typeof files !== 'object' || files === null || Array.isArray(files)) return;
  const there = names.filter((name) => existsSync(path.join(folder, name)));
  const changed = there.map((name) => [name, hashFile(path.join(folder, name))]);
  const all = Object.entries({ ...files, ...Object.fromEntries(changed) });
  const sorted = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeWhole(file, `${JSON.stringify({ ...result, files: sorted }, undefined, 2)}\n`);
}
