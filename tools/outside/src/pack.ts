/** Builds every package and packs it as `npm publish` would. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { npm } from './npm.ts';
import { publishedPackages, root, type WorkspacePackage } from './workspace.ts';

/** A tarball as `npm pack` describes it. */
export interface Packed {
  readonly name: string;
  /** Absolute path of the tarball. */
  readonly tarball: string;
  /** Bytes of the tarball, and of its files. */
  readonly size: number;
  readonly unpackedSize: number;
  /** Paths in the package. */
  readonly files: readonly string[];
}

interface PackReport {
  readonly name: string;
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Tarballs of all packages, written into `folder`. Throws what the compiler or npm says. */
export function packAll(folder: string): Packed[] {
  const packages = publishedPackages();
  build(packages);
  packages.forEach(removeStale);
  const workspaces = packages.flatMap((each) => ['--workspace', each.folder]);
  const report = npm(root, 'pack', '--json', '--pack-destination', folder, ...workspaces);
  const packed = JSON.parse(report) as PackReport[];
  return packed.map(({ name, filename, size, unpackedSize, files }) => {
    // Some versions of npm write the name with its scope.
    const file = filename.replace(/^@/u, '').replace('/', '-');
    return { name, tarball: join(folder, file), size, unpackedSize, files: files.map(({ path }) => path) };
  });
}

function build(packages: readonly WorkspacePackage[]): void {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const projects = packages.map(({ folder }) => `${folder}/tsconfig.lib.json`);
  const { status, stdout } = spawnSync(process.execPath, [compiler, '--build', ...projects], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the packages do not compile:\n${stdout}`);
}

/** What the compiler once wrote for sources that are gone would be packed too. */
function removeStale({ folder }: WorkspacePackage): void {
  const dist = join(root, folder, 'dist');
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const stem = /^(.*?)(\.d\.ts|\.js)(\.map)?$/u.exec(name)?.[1];
    if (stem === undefined) continue;
    const source = join(root, folder, 'src', stem);
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.js`)) rmSync(join(dist, name));
  }
}
