/** How large packages are: their tarballs, and what an installation of each brings. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bytesBelow } from './project.ts';
import type { Packed } from './pack.ts';
import { neededBy, readManifest, root, type Manifest } from './workspace.ts';

export interface Size {
  readonly name: string;
  /** Bytes of the tarball. */
  readonly packed: number;
  /** Bytes on disk of the package and everything that is installed with it. */
  readonly installed: number;
  /** Packages that are installed with it, the largest first, as `name bytes`. */
  readonly largest: readonly { readonly name: string; readonly bytes: number }[];
  /** Names of all of them. */
  readonly closure: readonly string[];
}

/** Sizes of every packed package, of others from the workspace's node_modules, which the lock file pins. */
export function sizesOf(packed: readonly Packed[]): Size[] {
  const own = new Map(packed.map((each) => [each.name, each]));
  const measured = new Map<string, number>();
  const bytesOf = (folder: string, { name }: Manifest): number => {
    const known = own.get(name)?.unpackedSize ?? measured.get(folder);
    if (known !== undefined) return known;
    const nested = join(folder, 'node_modules');
    const bytes = bytesBelow(folder) - (existsSync(nested) ? bytesBelow(nested) : 0);
    measured.set(folder, bytes);
    return bytes;
  };
  return packed.map(({ name, size }) => {
    const parts = [...closureOf(name)].map(([folder, manifest]) => ({
      name: manifest.name,
      bytes: bytesOf(folder, manifest),
    }));
    parts.sort((a, b) => b.bytes - a.bytes);
    return {
      name,
      packed: size,
      installed: parts.reduce((sum, { bytes }) => sum + bytes, 0),
      largest: parts.slice(0, 3),
      closure: parts.map((part) => part.name),
    };
  });
}

/** Folders with their manifests of what npm installs for a package, itself included. */
function closureOf(name: string): Map<string, Manifest> {
  const found = new Map<string, Manifest>();
  const visit = (wanted: string, from: string, optional: boolean): void => {
    const folder = resolveFrom(wanted, from);
    if (folder === undefined) {
      if (optional) return;
      throw new Error(`${wanted} is not installed in the workspace`);
    }
    if (found.has(folder)) return;
    const manifest = readManifest(folder);
    found.set(folder, manifest);
    // npm lists optional dependencies among the others when it installs, and leaves out those of other platforms.
    const optionals = Object.keys(manifest.optionalDependencies ?? {});
    for (const each of neededBy(manifest)) visit(each, folder, optionals.includes(each));
    for (const each of optionals) visit(each, folder, true);
  };
  visit(name, root, false);
  return found;
}

/** Folder of a package as Node finds it: in `node_modules` of this folder, then of those above. */
function resolveFrom(name: string, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (at === dirname(at)) return undefined;
  }
}

const kilobytes = (bytes: number): string => `${(bytes / 1e3).toFixed(0)} kB`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** A Markdown table, as docs/packages.md shows it. */
export function sizeTable(sizes: readonly Size[]): string {
  const rows = sizes.map(({ name, packed, installed, closure, largest }) => [
    `\`${name}\``,
    kilobytes(packed),
    megabytes(installed),
    String(closure.length),
    largest.map((each) => `${each.name} ${megabytes(each.bytes)}`).join(', '),
  ]);
  const head = ['package', 'tarball', 'installed', 'packages', 'largest of them'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
