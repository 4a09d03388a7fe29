// @ts-check
/** The projects of this workspace: found, not listed, so that a new one needs no entry anywhere. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders whose children are projects, or hold some. */
const parents = ['packages', 'packages/backbones', 'packages/tasks', 'packages/methods', 'tools', 'examples'];

/** Folders, from the root, that have a tsconfig.json. */
export function projectFolders(root = '.') {
  return parents
    .filter((parent) => existsSync(join(root, parent)))
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))
    .sort();
}
