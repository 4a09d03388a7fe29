// @ts-check
/** The packages and projects of this workspace: found, not listed, so that a new one needs no entry anywhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders whose children are projects without being packages that npm links. */
const otherParents = ['tools', 'examples'];

/** Folders, from the root, of all packages: what `workspaces` in package.json names. @param {string} root */
export function workspaceFolders(root) {
  /** @type {{ workspaces: string[] }} */
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return workspaces
    .flatMap((pattern) => (pattern.endsWith('/*') ? children(root, pattern.slice(0, -2)) : [pattern]))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort();
}

/** Folders, from the root, that have a tsconfig.json. */
export function projectFolders(root = '.') {
  const folders = [...workspaceFolders(root), ...otherParents.flatMap((parent) => children(root, parent))];
  return [...new Set(folders)].filter((folder) => existsSync(join(root, folder, 'tsconfig.json'))).sort();
}

/** @param {string} root @param {string} parent */
function children(root, parent) {
  const folder = join(root, parent);
  return existsSync(folder) ? readdirSync(folder).map((name) => `${parent}/${name}`) : [];
}
