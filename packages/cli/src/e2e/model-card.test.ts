/** What a model card says, done as it says: every command and program in it, in the folder of the model. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Prediction } from '@mdpd/core';
import { mdpdHere } from '../testing/in-process.ts';
import { writeTinyT5 } from '../testing/tiny-t5.ts';
import { bin, createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const image = `task: vtab
data: { train: ./photos/train, test: ./photos/test }
backbone: zoo:tiny-vit
method: { name: mdpd, fade: { lora: { rank: 2 } } }
train: { steps: 2, batchSize: 6 }
executor: wasm
`;
const text = (backbone: string): string => `task: text
data: { train: ./texts.csv, test: ./texts.csv, text: text, label: label }
backbone: ${backbone}
method: head
train: { steps: 2, batchSize: 6 }
executor: wasm
`;
const words =
  'task: mlm\n' +
  text('zoo:tiny-bert')
    .replace(/^task.*\n/, '')
    .replace(', label: label', '');
const generated = `task: glue
data: { task: sst2, root: ./glue, maxLength: 24, answers: words }
backbone: ./t5
method: head
train: { steps: 2, batchSize: 6 }
executor: wasm
`;
const asked = `task: vqa
data: { root: zoo:scenes, maxLength: 20, loss: crossEntropy }
backbone: zoo:tiny-vilt
method: head
train: { steps: 2, batchSize: 6 }
executor: wasm
`;

// Trainings, and programs that load large libraries.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  workspace.images('photos/train', ['ant', 'bee'], 6);
  workspace.images('photos/test', ['ant', 'bee'], 2);
  const rows = Array.from(
    { length: 12 },
    (_, at) => `some ${at % 2 ? 'good' : 'bad'} text,${at % 2 ? 'yes' : 'no'}`,
  );
  workspace.write('texts.csv', `text,label\n${rows.join('\n')}\n`);
  const reviews = `sentence\tlabel\n${rows.map((row, at) => `${row.split(',')[0]}\t${at % 2}`).join('\n')}\n`;
  workspace.write('glue/SST-2/train.tsv', reviews);
  workspace.write('glue/SST-2/dev.tsv', reviews);
  // What `npm install` brings, for programs in the folders of models.
  const installed = fileURLToPath(new URL('../../../../node_modules/@huggingface', import.meta.url));
  mkdirSync(workspace.path('node_modules'));
  symlinkSync(installed, workspace.path('node_modules/@huggingface'));
});
afterAll(() => {
  vi.resetConfig();
  workspace.remove();
});

/** Languages and texts of the blocks of code under a heading. */
function blocks(card: string, heading: string): { language: string; code: string }[] {
  const start = card.indexOf(`\n${heading}\n`);
  const end = card.slice(start + 1).search(/\n##/);
  const section = card.slice(start, end < 0 ? undefined : start + 1 + end);
  return [...section.matchAll(/^```(\w+)\n([^]*?)\n```$/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
}

/** Trains in `name`, and gives the folder of the model with an image beside the card. */
async function train(
  name: string,
  recipe: string,
  ...argv: string[]
): Promise<{ folder: string; card: string }> {
  workspace.write(`${name}.yaml`, recipe);
  const trained = await mdpdHere(
    workspace.root,
    ...['train', `${name}.yaml`, '--smoke', '--out', `runs/${name}`, ...argv],
  );
  expect(trained.exitCode, trained.stderr).toBe(0);
  const folder = workspace.path('runs', name, 'model');
  cpSync(workspace.path('photos/test/ant/0.png'), path.join(folder, 'image.png'));
  return { folder, card: readFileSync(path.join(folder, 'README.md'), 'utf8') };
}

/** Runs a command of a card as it stands, with this mdpd; what installs is left out. */
function shell(folder: string, code: string): Finished | undefined {
  if (code.startsWith('npm install ')) return undefined;
  expect(code).toMatch(/^npx mdpd /);
  const command = `"${process.execPath}" "${bin}" ${code.slice('npx mdpd '.length)}`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  return { exitCode: status, stdout, stderr };
}

/** Python with `transformers`, offline, as it is on this machine. */
const python = (folder: string, code: string): Finished => {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', code], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' },
  });
  return { exitCode: status, stdout, stderr };
};
const hasPython = spawnSync('python3', ['-c', 'import torch, transformers, PIL']).status === 0;
const withPython = hasPython ? '' : ' (left out: python3 has no torch, transformers and Pillow)';

/** Answers of `mdpd predict`, most probable first. */
function predictions(folder: string, code: string): Prediction[] {
  const finished = shell(folder, `${code} --json`)!;
  expect(finished.exitCode, finished.stderr).toBe(0);
  return JSON.parse(finished.stdout) as Prediction[];
}

describe.each([
  ['image', image],
  ['text', text('zoo:tiny-bert')],
  ['words', words],
])('%s', (name, recipe) => {
  let folder: string;
  let card: string;
  let own: Prediction;
  beforeAll(async () => {
    ({ folder, card } = await train(name, recipe));
    const [install, predict] = blocks(card, '### mdpd');
    expect(install!.code).toMatch(/^npm install @mdpd\/cli @mdpd\/task-\w+ @mdpd\/backbone-\w+$/);
    const finished = shell(folder, predict!.code)!;
    expect(finished.exitCode, finished.stderr).toBe(0);
    [own] = predictions(folder, predict!.code) as [Prediction];
    expect(finished.stdout).toContain(own.value);
  });

  it('Transformers.js answers as mdpd does, once the model is exported', () => {
    for (const { language, code } of blocks(card, '### Transformers.js')) {
      if (language !== 'js') {
        const finished = shell(folder, code);
        if (finished) expect(finished.exitCode, finished.stderr).toBe(0);
        continue;
      }
      writeFileSync(path.join(folder, 'program.mjs'), `${code}\n`);
      const { status, stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
      });
      rmSync(path.join(folder, 'program.mjs'));
      expect(status, stderr).toBe(0);
      expect(stdout).toContain(name === 'words' ? 'token_str' : own.value);
    }
    expect(existsSync(path.join(folder, 'onnx/model.onnx'))).toBe(true);
    expect.assertions(5);
  });

  it.skipIf(!hasPython)(`Python answers as mdpd does${withPython}`, () => {
    const [program, ...others] = blocks(card, '### Python');
    expect(others).toEqual([]);
    const { exitCode, stdout, stderr } = python(folder, program!.code);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(name === 'words' ? 'token_str' : own.value);
  });
});

describe.skipIf(!hasPython)(`programs of Python for classes without a pipeline${withPython}`, () => {
  it('an answer in words', async () => {
    await writeTinyT5(workspace.path('t5'), {
      words: ['some', 'good', 'bad', 'text', 'sst2', 'sentence:', 'negative', 'positive'],
    });
    const { folder, card } = await train('generated', generated);
    const { exitCode, stderr } = python(folder, blocks(card, '### Python')[0]!.code);
    expect(exitCode, stderr).toBe(0);
  });

  it('an answer about an image', async () => {
    const { folder, card } = await train('asked', asked);
    const [own] = predictions(folder, blocks(card, '### mdpd')[1]!.code);
    const { exitCode, stdout, stderr } = python(folder, blocks(card, '### Python')[0]!.code);
    expect(exitCode, stderr).toBe(0);
    expect(stdout.trim()).toBe(own!.value);
  });
});

it('the controls that a card names train as it says, and stand in the next card', async () => {
  const { card } = await train('first', image);
  workspace.write('recipe.yaml', readFileSync(workspace.path('runs/first/recipe.yaml')));
  const commands = [...card.matchAll(/^- [^:]+: `(npx mdpd train [^`]+)`$/gm)].map(([, code]) => code!);
  expect(commands).toHaveLength(4);
  for (const [at, code] of commands.entries()) {
    const finished = shell(workspace.root, `${code} --out runs/control-${at}`)!;
    expect(finished.exitCode, finished.stderr).toBe(0);
  }
  const again = await train('second', image);
  const rows = again.card.match(/^\| (head alone|label-only twin|side network|every parameter).*$/gm);
  expect(rows).toHaveLength(4);
  expect(again.card).not.toContain('Not measured beside this run');
});
