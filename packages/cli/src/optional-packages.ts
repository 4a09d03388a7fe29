/** Packages that the loaded ones can do without: their optional peers. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

export interface OptionalPackage {
  readonly name: string;
  /** Package that uses it. */
  readonly usedBy: string;
  /** Null: not installed. */
  readonly version: string | null;
  readonly install: string;
}

/** What is read of a package.json. */
export interface Manifest {
  readonly version?: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Optional peers of packages; installed ones are looked for from `directory` first, then from the package itself. */
export function optionalPackages(
  packages: readonly { readonly name: string; readonly folder: string }[],
  directory: string,
): OptionalPackage[] {
  return packages.flatMap(({ name: usedBy, folder }) => {
    const { peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(folder) ?? {};
    return Object.entries(peerDependencies)
      .filter(([name]) => peerDependenciesMeta[name]?.optional === true)
      .map(([name, range]) => ({
        name,
        usedBy,
        version: installedPackage(name, [directory, folder])?.version ?? null,
        install: installCommand(name, range),
      }));
  });
}

/** The command that installs a package, in its version where the range is one. */
export function installCommand(name: string, range: string): string {
  return `npm install ${name}${/^\d/u.test(range) ? `@${range}` : ''}`;
}

/** Looks where Node would: in `node_modules` of each folder and of those above it. */
export function installedPackage(
  name: string,
  from: readonly string[],
): { readonly folder: string; readonly version: string } | undefined {
  for (const start of from) {
    const modules = createRequire(path.join(start, 'package.json')).resolve.paths(name) ?? [];
    for (const each of modules) {
      const folder = path.join(each, name);
      const version = manifestOf(folder)?.version;
      if (version !== undefined) return { folder, version };
    }
  }
  return undefined;
}

/** package.json of a folder, where it has one that can be read. */
export function manifestOf(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}
