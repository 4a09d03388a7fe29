/** A temporary folder with small images and recipes, and the real command run in it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { greyPng } from './png.ts';

export const bin = fileURLToPath(new URL('../../bin/mdpd.js', import.meta.url));

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Workspace {
  readonly root: string;
  path(...names: string[]): string;
  write(name: string, content: string | Uint8Array): void;
  /** `folder/<class>/<n>.png`: images of a class are brighter on one side. */
  images(folder: string, classes: readonly string[], perClass: number): void;
  /** Runs `mdpd` in the folder. */
  mdpd(...argv: string[]): Promise<Finished>;
  /** The same, given to the shell: `limits; exec node mdpd …`. */
  shell(script: string): Promise<Finished>;
  start(...argv: string[]): { readonly child: ChildProcess; readonly finished: Promise<Finished> };
  remove(): void;
}

const size = 8;

export function createWorkspace(): Workspace {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'mdpd-e2e-')));
  const at = (...names: string[]): string => path.join(root, ...names);
  const write = (name: string, content: string | Uint8Array): void => {
    mkdirSync(path.dirname(at(name)), { recursive: true });
    writeFileSync(at(name), content);
  };
  const run = (command: string, argv: readonly string[]) => {
    const child = spawn(command, argv, {
      cwd: root,
      // A command that hangs is ended, so that its test shows what it printed.
      timeout: 300_000,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    });
    return { child, finished: collect(child) };
  };
  return {
    root,
    path: at,
    write,
    images: (folder, classes, perClass) => {
      classes.forEach((name, label) => {
        for (let i = 0; i < perClass; i++)
          write(path.join(folder, name, `${i}.png`), greyPng(size, size, picture(label, i)));
      });
    },
    mdpd: (...argv) => run(process.execPath, [bin, ...argv]).finished,
    shell: (script) => run('sh', ['-c', script]).finished,
    start: (...argv) => run(process.execPath, [bin, ...argv]),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Class `label` is bright in its own quarter of the rows, with some variation from image to image. */
function picture(label: number, index: number): Uint8Array {
  return Uint8Array.from({ length: size * size }, (_, at) => {
    const row = Math.floor(at / size);
    const bright = Math.floor(row / 2) === label % 4 ? 170 : 20;
    return bright + ((at * 37 + index * 101) % 60);
  });
}

function collect(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** A ViT of two blocks over 8 x 8 grey images in 4 x 4 patches, with fresh parameters. */
export const tinyRecipe = `task: vtab
data:
  train: ./photos/train
  test: ./photos/test
backbone:
  family: vit
  config:
    hidden_size: 16
    num_hidden_layers: 2
    num_attention_heads: 2
    intermediate_size: 32
    image_size: 8
    patch_size: 4
    num_channels: 1
method: head
train:
  steps: 6
  batchSize: 6
`;
