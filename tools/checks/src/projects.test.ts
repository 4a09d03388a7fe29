import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { projectFolders } from '../../scripts/projects.js';
import { filesBelow, packageFolders, root } from './workspace.ts';

it('finds every project that has types to check', () => {
  const all = ['packages', 'tools', 'examples'].flatMap((folder) => filesBelow(folder, 'tsconfig.json'));
  const folders = all.map((file) => dirname(file)).sort();
  expect(folders).toEqual(expect.arrayContaining([...packageFolders(), 'tools/checks', 'examples/unipt']));
  expect(projectFolders(root)).toEqual(folders);
});
