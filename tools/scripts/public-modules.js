// @ts-check
/**
 * The modules that people outside are led to: the main entry of every package that is published, and what documentation,
 * templates of new plugins, examples, and our own tasks and backbones import from other packages. The rest can be imported
 * too, but is ours to change.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceFolders } from './projects.js';

/** Where imports are looked for, from the root: folders, and endings of the files in them. */
const readers = [
  ['docs', /\.md$/],
  ['packages/create-mdpd-plugin/templates', /\.template$/],
  ['examples', /\.ts$/],
  ['packages/tasks', /(?<!\.test|\.d)\.ts$/],
  ['packages/backbones', /(?<!\.test|\.d)\.ts$/],
];
const skipped = /(?:^|[\\/])(?:node_modules|dist|test-results)[\\/]/;

/**
 * Files by the name under which they are imported: `@mdpd/tensor/losses` → `packages/tensor/src/losses.ts`.
 * @param {string} root
 * @returns {Map<string, string>}
 */
export function publicModules(root) {
  /** @type {Map<string, string>} */
  const folders = new Map();
  /** @type {Map<string, string>} */
  const modules = new Map();
  for (const folder of workspaceFolders(root)) {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    if (manifest.private) continue;
    folders.set(manifest.name, folder);
    const main = manifest.exports['.']?.['@mdpd/source'];
    if (main !== undefined) modules.set(manifest.name, join(folder, main));
  }
  for (const name of importedNames(root)) {
    const [, owner = '', inside = ''] = /^(@[^/]+\/[^/]+)(?:\/(.+))?$/.exec(name) ?? [];
    const folder = folders.get(owner);
    if (folder === undefined || inside === '') continue;
    const file = join(folder, 'src', `${inside}.ts`);
    if (!existsSync(join(root, file))) throw new Error(`${name} is imported, and there is no ${file}`);
    modules.set(name, file);
  }
  return new Map([...modules].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param {string} root */
function importedNames(root) {
  const names = new Set();
  for (const [folder, ending] of /** @type {[string, RegExp][]} */ (readers)) {
    if (!existsSync(join(root, folder))) continue;
    for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!ending.test(file) || skipped.test(file)) continue;
      const text = readFileSync(join(root, folder, file), 'utf8');
      for (const [, name] of text.matchAll(/(?:from|import|import\() ?'(@mdpd\/[^']+)'/g)) names.add(name);
    }
  }
  return names;
}
