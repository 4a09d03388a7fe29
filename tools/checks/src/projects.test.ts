import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { filesBelow, packageFolders, root } from './workspace.ts';

/** Of a script, which has no types. */
const { projectFolders } = (await import(pathToFileURL(join(root, 'tools/scripts/projects.js')).href)) as {
  projectFolders: (root: string) => string[];
};

it('finds every project that has types to check', () => {
  const all = ['packages', 'tools', 'examples'].flatMap((folder) => filesBelow(folder, 'tsconfig.json'));
  const folders = all.map((file) => dirname(file)).sort();
  expect(folders).toEqual(expect.arrayContaining([...packageFolders(), 'tools/checks', 'examples/unipt']));
  expect(projectFolders(root)).toEqual(folders);
});
