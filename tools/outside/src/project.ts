/** An empty project outside of the workspace, in which tarballs are installed and the command is run. */
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cleanEnvironment, npm } from './npm.ts';
import type { Packed } from './pack.ts';
import { workspaceClosure } from './workspace.ts';

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Installation {
  readonly seconds: number;
  /** Bytes of the files in node_modules. */
  readonly bytes: number;
}

export class OutsideProject {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'mdpd-outside-')));

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /**
   * `npm install` of packages of the workspace. They are on no registry, so the project names the tarballs of
   * everything in their closure; npm chooses the rest. What was installed before and is not needed goes.
   *
   * @param workspaces - folders with packages of the project's own
   */
  install(
    names: readonly string[],
    packed: readonly Packed[],
    workspaces: readonly string[] = [],
  ): Installation {
    const tarballs = new Map(
      packed.map(({ name, tarball }) => [name, `file:${tarball.replaceAll('\\', '/')}`]),
    );
    const dependencies = Object.fromEntries(
      workspaceClosure(names).map((name) => [name, tarballs.get(name)]),
    );
    this.write('package.json', JSON.stringify({ name: 'outside', private: true, workspaces, dependencies }));
    const started = performance.now();
    npm(this.folder, 'install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund');
    return { seconds: (performance.now() - started) / 1000, bytes: bytesBelow(this.path('node_modules')) };
  }

  /** Names of all installed packages, nested ones too, as npm notes them. */
  installed(): string[] {
    const notes = readFileSync(this.path('node_modules/.package-lock.json'), 'utf8');
    const { packages } = JSON.parse(notes) as { readonly packages: object };
    return Object.keys(packages)
      .map((folder) => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length))
      .sort();
  }

  /** `npm create mdpd-plugin …`, of a tarball. */
  create(tarball: string, ...argv: string[]): string {
    const one = ['--offline', '--cache', this.path('.npm'), '--yes', '--package', tarball];
    return npm(this.folder, 'exec', ...one, '--', 'create-mdpd-plugin', ...argv);
  }

  /** `npx mdpd …`, through the link that npm made. */
  npx(...argv: string[]): string {
    return npm(this.folder, 'exec', '--offline', '--', 'mdpd', ...argv);
  }

  mdpd(...argv: string[]): Finished {
    return this.node(this.path('node_modules/@mdpd/cli/bin/mdpd.js'), ...argv);
  }

  node(...argv: string[]): Finished {
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
      cwd: this.folder,
      encoding: 'utf8',
      timeout: 300_000,
      env: { ...cleanEnvironment, HF_HUB_OFFLINE: '1' },
    });
    return { status, stdout, stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
