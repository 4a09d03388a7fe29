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

interface Manifest {
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
        version: installedVersion(name, [directory, folder]),
        install: `npm install ${name}${/^\d/u.test(range) ? `@${range}` : ''}`,
      }));
  });
}

/** Looks where Node would: in `node_modules` of each folder and of those above it. */
function installedVersion(name: string, from: readonly string[]): string | null {
  for (const folder of from) {
    const modules = createRequire(path.join(folder, 'package.json')).resolve.paths(name) ?? [];
    for (const each of modules) {
      const version = manifestOf(path.join(each, name))?.version;
      if (version !== undefined) return version;
    }
  }
  return null;
}

function manifestOf(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}
