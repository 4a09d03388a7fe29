/**
 * A page that leads a stranger to a plugin of their own, followed to the letter: its files are written where it says so,
 * and its commands are run in order. Three of them are mapped, because nothing is published yet and tests have no network:
 *
 * - `npm create mdpd-plugin@latest …` runs the bin of packages/create-mdpd-plugin;
 * - `npm install` links the node_modules of this workspace, whose packages are then read from their builds, as if they
 *   had been installed;
 * - `npx mdpd …` runs the command that is linked there, without asking a registry for it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wordsOf } from './documented-way.ts';
import { root, textOf } from './workspace.ts';

/** A file to write, or a command to run. */
export type Step = { readonly file: string; readonly body: string } | { readonly command: string };

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const done: Finished = { status: 0, stdout: '', stderr: '' };
const env = {
  ...process.env,
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
  NODE_OPTIONS: undefined,
  VITEST: undefined,
};

/** Fences with `title=` are files, those marked `sh` are commands. */
export function stepsOf(page: string): Step[] {
  const fences = [...textOf(page).matchAll(/^```(\w+)(?: title=(\S+))?\n(.*?)^```/gmsu)];
  return fences.flatMap(([, language, title, body]): Step[] => {
    if (title !== undefined) return [{ file: title, body: body! }];
    if (language !== 'sh') return [];
    return body!
      .trim()
      .split('\n')
      .map((command) => ({ command }));
  });
}

/** An empty folder, in which the steps of a page are taken. */
export class PluginPage {
  readonly root = mkdtempSync(join(tmpdir(), 'mdpd-plugin-page-'));
  /** Where the page's `cd` has led. */
  folder = this.root;

  take(step: Step): Finished {
    if (!('command' in step)) {
      writeFileSync(join(this.folder, step.file), step.body);
      return done;
    }
    const words = wordsOf(step.command);
    if (words[0] === 'cd') {
      this.folder = join(this.folder, words[1]!);
      return done;
    }
    if (step.command === 'npm install') {
      symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'), 'dir');
      return done;
    }
    if (step.command.startsWith('npm create mdpd-plugin@latest ')) {
      const bin = join(root, 'packages/create-mdpd-plugin/bin/create-mdpd-plugin.js');
      return this.run(process.execPath, [bin, ...words.slice(3).filter((word) => word !== '--')]);
    }
    if (words[0] === 'npx') return this.run('npx', ['--no-install', ...words.slice(1)]);
    return this.run(words[0]!, words.slice(1));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private run(command: string, argv: readonly string[]): Finished {
    return spawnSync(command, argv, { cwd: this.folder, env, encoding: 'utf8' });
  }
}
