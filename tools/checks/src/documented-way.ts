/** A page that leads from data to a served model: its files are written into a folder, and its commands are run there. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main } from '@mdpd/cli/main';
import { captured } from '@mdpd/testing/captured';
import { commandsIn, root, textOf } from './workspace.ts';

const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, HF_HUB_OFFLINE: '1', PORT: '0' };

/** Programs find the packages of the workspace by their sources, as the command does. */
const loader = pathToFileURL(join(root, 'packages/cli/bin/source-loader.js')).href;
const registration = `import { register } from 'node:module'; register(${JSON.stringify(loader)});`;
const sources = `data:text/javascript,${encodeURIComponent(registration)}`;

export interface Fence {
  readonly language: string;
  /** Name of the file that it is. */
  readonly title: string | undefined;
  readonly body: string;
}

/** Words of a command; those in double quotes are one. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|\S+/gu)].map(([word, quoted]) => quoted ?? word);
}

export class DocumentedWay {
  readonly page: string;
  readonly fences: readonly Fence[];
  readonly commands: readonly string[];
  private made: string | undefined;

  /** @param path - of the page, from the root */
  constructor(path: string) {
    this.page = textOf(path);
    this.fences = [...this.page.matchAll(/^```(\w+)(?: title=(\S+))?\n(.*?)^```/gmsu)].map(
      ([, language, title, body]) => ({ language: language!, title, body: body! }),
    );
    this.commands = commandsIn(this.page);
  }

  /** The folder, with the page's files after the first call. */
  folder(): string {
    if (this.made !== undefined) return this.made;
    const folder = mkdtempSync(join(tmpdir(), 'mdpd-page-'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
    for (const { title, body } of this.fences)
      if (title !== undefined) writeFileSync(join(folder, title), body);
    this.made = folder;
    return folder;
  }

  remove(): void {
    if (this.made !== undefined) rmSync(this.made, { recursive: true, force: true });
  }

  /** Runs `npx mdpd …` as the page has it, in this process: a page has many of them. */
  async run(
    command: string,
  ): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
    const [, , ...argv] = wordsOf(command);
    for (const name of ['NO_COLOR', 'HF_HUB_OFFLINE'] as const) process.env[name] = env[name];
    const { exitCode, stdout, stderr } = await captured(this.folder(), () => main(argv));
    return { status: exitCode, stdout, stderr };
  }

  /** Runs a program of the page. */
  runProgram(file: string): {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  } {
    const argv = ['--import', sources, file];
    return spawnSync(process.execPath, argv, { cwd: this.folder(), env, encoding: 'utf8' });
  }

  /** Starts a server of the page, which prints its port, and ends it after `ask`. */
  async whileServing<T>(file: string, ask: (address: string) => Promise<T>): Promise<T> {
    const server = spawn(process.execPath, ['--import', sources, file], { cwd: this.folder(), env });
    try {
      let said = '';
      server.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const port = await new Promise<string>((resolve, reject) => {
        server.stdout.setEncoding('utf8').on('data', resolve);
        server.on('close', () => reject(new Error(`the server ended: ${said}`)));
      });
      return await ask(`http://127.0.0.1:${port.trim()}/`);
    } finally {
      server.kill();
    }
  }
}
