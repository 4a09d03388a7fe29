/** The packages that are published, as they stand in the workspace. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workspaceFolders } from '../../scripts/projects.js';

/** The fields of package.json that are read here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export interface WorkspacePackage {
  readonly name: string;
  /** From the root, with "/". */
  readonly folder: string;
  readonly manifest: Manifest;
}

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

export function publishedPackages(): WorkspacePackage[] {
  return workspaceFolders(root)
    .map((folder) => {
      const manifest = readManifest(join(root, folder));
      return { name: manifest.name, folder, manifest };
    })
    .filter(({ manifest }) => !manifest.private)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What an installation of a package brings: its dependencies, and its peers but for optional ones. */
export function neededBy(manifest: Manifest): string[] {
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [...Object.keys(dependencies), ...peers];
}

/** The packages of the workspace that are installed with `names`, themselves included. */
export function workspaceClosure(names: readonly string[]): string[] {
  const all = new Map(publishedPackages().map((each) => [each.name, each.manifest]));
  const found = new Set<string>();
  const visit = (name: string): void => {
    const manifest = all.get(name);
    if (manifest === undefined || found.has(name)) return;
    found.add(name);
    neededBy(manifest).forEach(visit);
  };
  names.forEach(visit);
  return [...found].sort();
}
