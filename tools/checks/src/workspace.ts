/** Files of the workspace, for tests that look over all of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workspaceFolders } from '../../scripts/projects.js';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Text of a file, by its path from the root. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Paths (from the root) of the files below a folder whose name ends with `ending`. */
export function filesBelow(folder: string, ending: string): string[] {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|dist|test-results)\//u.test(path))
    .sort();
}

/** Folders (from the root) of all packages. */
export function packageFolders(): string[] {
  return workspaceFolders(root).filter((folder) => folder.startsWith('packages/'));
}

/** Those of them that are published. */
export function publishedFolders(): string[] {
  return packageFolders().filter(
    (folder) => !(JSON.parse(textOf(`${folder}/package.json`)) as { private?: boolean }).private,
  );
}

/** Names of published plugins. */
export function publishedPlugins(): string[] {
  return publishedFolders()
    .map((folder) => JSON.parse(textOf(`${folder}/package.json`)) as { name: string; keywords?: string[] })
    .filter(({ keywords }) => keywords?.includes('mdpd-plugin'))
    .map(({ name }) => name);
}

/** Recipes, but for those of packages that are not published, which stand in folders of their names. */
export function publishedRecipes(): string[] {
  const published = publishedFolders();
  const others = packageFolders().filter((folder) => !published.includes(folder));
  const own = others.map((folder) => `configs/${folder.split('/').at(-1)!}/`);
  return filesBelow('configs', '.yaml').filter(
    (file) => !file.endsWith('.results.yaml') && !own.some((folder) => file.startsWith(folder)),
  );
}

/** Lines of a Markdown text that are commands: indented by four spaces, or in a fence marked `sh`. */
export function commandsIn(markdown: string): string[] {
  const fenced = [...markdown.matchAll(/^```sh\n(.*?)^```/gmsu)].flatMap(([, body]) => body!.split('\n'));
  const indented = markdown.split('\n').filter((line) => /^ {4}\S/u.test(line));
  return [...fenced, ...indented]
    .flatMap((line) => line.split('&&'))
    .map((line) => line.replace(/\s+#\s.*$/u, '').trim())
    .filter((line) => /^(npx|npm|node) /u.test(line));
}
