import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { optionalPackages } from './optional-packages.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'mdpd-optional-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function add(folder: string, manifest: object): string {
  const at = path.join(root, folder);
  mkdirSync(at, { recursive: true });
  writeFileSync(path.join(at, 'package.json'), JSON.stringify(manifest));
  return at;
}

it('are the optional peers of the loaded packages, with the command that installs each', () => {
  const folder = add('lib/node_modules/plugin', {
    peerDependencies: {
      native: '4.22.0',
      digits: '*',
      'beside-it': '1.0.0',
      'of-project': '^2.0.0',
      needed: '1.0.0',
    },
    peerDependenciesMeta: {
      native: { optional: true },
      digits: { optional: true },
      'beside-it': { optional: true },
      'of-project': { optional: true },
      needed: {},
    },
  });
  add('lib/node_modules/beside-it', { version: '1.0.0' });
  const project = add('project', {});
  add('project/node_modules/of-project', { version: '2.1.0' });
  const plain = add('lib/node_modules/plain', { dependencies: { other: '1.0.0' } });
  const packages = [
    { name: 'plugin', folder },
    { name: 'plain', folder: plain },
    { name: './file.js', folder: path.join(root, 'nowhere') },
  ];
  const found = optionalPackages(packages, project);
  expect(found.map(({ name, version, install }) => [name, version, install])).toEqual([
    ['native', null, 'npm install native@4.22.0'],
    ['digits', null, 'npm install digits'],
    ['beside-it', '1.0.0', 'npm install beside-it@1.0.0'],
    ['of-project', '2.1.0', 'npm install of-project'],
  ]);
  expect(new Set(found.map(({ usedBy }) => usedBy))).toEqual(new Set(['plugin']));
});
