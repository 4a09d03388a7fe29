import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, packageFolders, root, textOf } from './workspace.ts';

interface Manifest {
  readonly name: string;
  readonly license: string;
  readonly version: string;
  readonly keywords?: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const read = (path: string): Manifest => JSON.parse(textOf(path)) as Manifest;
const rootManifest = read('package.json');

describe.each(packageFolders())('%s', (folder) => {
  const manifest = read(`${folder}/package.json`);

  it('has licence, version and, where it is a plugin, an entry and the keyword', () => {
    expect(manifest.license).toBe('Apache-2.0');
    expect(manifest.version).toBe(rootManifest.version);
    // core's plugin.ts is what makes plugins.
    const isPlugin = manifest.name !== '@mdpd/core' && existsSync(join(root, folder, 'src/plugin.ts'));
    expect(manifest.keywords?.includes('mdpd-plugin') ?? false).toBe(isPlugin);
    const hasApi = ['@mdpd/core', '@mdpd/cli'].includes(manifest.name);
    expect('.' in manifest.exports).toBe(isPlugin || hasApi);
  });

  it('declares what its sources import, with exact versions', () => {
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
    for (const version of Object.values(manifest.dependencies ?? {}))
      expect(version).toMatch(/^\d+\.\d+\.\d+(-\d+)?$/u);
    const sources = filesBelow(`${folder}/src`, '.ts').filter(
      (file) => !/\.test\.ts$|\/src\/testing\//u.test(file),
    );
    const imported = new Set(
      sources.flatMap((file) =>
        [...textOf(file).matchAll(/(?:from|import\() ?'((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'/gu)]
          .map(([, name]) => name!)
          .filter((name) => !name.startsWith('.') && !name.startsWith('node:')),
      ),
    );
    const builtIn = new Set(['node']);
    const missing = [...imported].filter(
      (name) => !(name in declared) && !builtIn.has(name) && name !== manifest.name,
    );
    expect(missing).toEqual([]);
  });
});

describe('workspace', () => {
  it('pins nx and its packages to one version, and everything exactly', () => {
    const { devDependencies = {} } = rootManifest;
    const versions = Object.entries(devDependencies).filter(([name]) => /^(nx|@nx\/.*)$/u.test(name));
    expect(versions.length).toBeGreaterThan(1);
    expect(new Set(versions.map(([, version]) => version)).size).toBe(1);
    for (const [name, version] of Object.entries(devDependencies))
      expect(`${name} ${version}`).toMatch(/\d+\.\d+\.\d+$/u);
  });
});
