import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatError, MdpdError } from '@mdpd/core';
import {
  createRunFolder,
  defaultRunFolder,
  newestUnfinishedRun,
  readFinishedRun,
  reopenRunFolder,
} from './run-folder.ts';
import { exampleResult } from './testing/example-result.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'mdpd-run-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function failure(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof MdpdError) return formatError(thrown).replaceAll(root, 'ROOT');
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

const at = (...names: string[]): string => path.join(root, ...names);

describe('createRunFolder', () => {
  it('claims a new folder and finishes it with result.json', () => {
    const run = createRunFolder(at('a', 'b'), 'task: x\n');
    expect(readdirSync(at('a', 'b'))).toEqual(['recipe.yaml', 'run.lock']);
    run.begin();
    mkdirSync(run.file('checkpoint'));
    run.finish(exampleResult());
    run.release();
    expect(readdirSync(at('a', 'b'))).toEqual(['recipe.yaml', 'result.json']);
    expect(readFinishedRun(at('a', 'b'))).toEqual(exampleResult());
  });

  it('takes an empty folder, but none that holds anything', () => {
    mkdirSync(at('empty'));
    createRunFolder(at('empty'), '');
    expect(failure(() => createRunFolder(at('empty'), ''))).toBe(
      'error RUN_EXISTS\n  ROOT/empty already holds a run\n' +
        '  fix: go on with it with --resume, or choose another folder with --out; runs are never overwritten',
    );
    mkdirSync(at('photos'));
    writeFileSync(at('photos', 'a.jpg'), '');
    expect(failure(() => createRunFolder(at('photos'), ''))).toBe(
      'error OUT_NOT_EMPTY\n  ROOT/photos holds other files\n  fix: choose a new or empty folder with --out',
    );
    expect(readdirSync(at('photos'))).toEqual(['a.jpg']);
  });

  it('refuses a file, and a folder under a file', () => {
    writeFileSync(at('file'), 'precious');
    expect(failure(() => createRunFolder(at('file'), ''))).toBe(
      'error OUT_NOT_A_FOLDER\n  ROOT/file cannot be a folder: ROOT/file is a file\n' +
        '  fix: choose another folder with --out',
    );
    expect(failure(() => createRunFolder(at('file', 'run'), ''))).toBe(
      'error OUT_NOT_A_FOLDER\n  ROOT/file/run cannot be a folder: a part of its path is a file\n' +
        '  fix: choose another folder with --out',
    );
    expect(readFileSync(at('file'), 'utf8')).toBe('precious');
  });

  it.skipIf(process.getuid?.() === 0)('refuses a folder that cannot be written', () => {
    mkdirSync(at('closed'));
    chmodSync(at('closed'), 0o500);
    expect(failure(() => createRunFolder(at('closed', 'run'), ''))).toMatch(/^error OUT_NOT_WRITABLE\n/);
    expect(failure(() => createRunFolder(at('closed'), ''))).toMatch(/^error OUT_NOT_WRITABLE\n/);
  });

  it('leaves no trace of a run that failed before training, and keeps one that failed later', () => {
    mkdirSync(at('mine'));
    createRunFolder(at('mine'), '').fail(new Error('early'));
    expect(readdirSync(at('mine'))).toEqual([]);
    createRunFolder(at('new', 'deep'), '').fail(new Error('early'));
    expect(existsSync(at('new'))).toBe(false);

    const run = createRunFolder(at('late'), '');
    run.begin();
    run.fail(new MdpdError('TRAIN_NOT_FINITE', 'the loss is NaN', { place: 'step 3', fix: 'lower it' }));
    expect(JSON.parse(readFileSync(at('late', 'failed.json'), 'utf8'))).toEqual({
      code: 'TRAIN_NOT_FINITE',
      message: 'the loss is NaN',
      place: 'step 3',
      fix: 'lower it',
    });
    expect(failure(() => readFinishedRun(at('late')))).toBe(
      'error RUN_UNFINISHED at ROOT/late/failed.json\n  the run in ROOT/late failed\n' +
        '  fix: the place above says why; then go on with `mdpd train … --resume`',
    );
  });
});

describe('reopenRunFolder', () => {
  const recipe = 'train:\n  seed: 0\n';

  it('removes what was not finished, keeps checkpoints, and holds the folder', () => {
    const first = createRunFolder(at('run'), recipe);
    first.begin();
    first.fail(new Error('broken'));
    ['model', 'side', 'model.tmp-12', 'checkpoint', 'checkpoint/step-1', 'checkpoint/step-2.tmp-9'].forEach(
      (name) => mkdirSync(at('run', name)),
    );
    expect(failure(() => reopenRunFolder(at('run'), recipe, false))).toMatch(/^error RUN_LOCKED at ROOT/);
    first.release();
    const { run, result, changes } = reopenRunFolder(at('run'), `# another head\n${recipe}`, false)!;
    expect([result, changes]).toEqual([undefined, []]);
    expect(readdirSync(at('run'))).toEqual(['checkpoint', 'recipe.yaml', 'run.lock']);
    expect(readdirSync(at('run', 'checkpoint'))).toEqual(['step-1']);
    // A run that goes on is never removed, even where it fails before its next step.
    run.fail(new Error('again'));
    run.release();
    expect(readdirSync(at('run'))).toEqual(['checkpoint', 'failed.json', 'recipe.yaml']);
  });

  it('refuses another recipe, or writes it down where that is sound and asked for', () => {
    createRunFolder(at('run'), `${recipe}  logEvery: 1\n`).release();
    const changed = `${recipe}  logEvery: 2\n`;
    expect(failure(() => reopenRunFolder(at('run'), changed, false))).toContain('train.logEvery: 1 → 2');
    expect(readFileSync(at('run', 'recipe.yaml'), 'utf8')).toBe(`${recipe}  logEvery: 1\n`);
    const { run } = reopenRunFolder(at('run'), changed, true)!;
    run.release();
    expect(readFileSync(at('run', 'recipe.yaml'), 'utf8')).toBe(changed);
  });

  it('gives the result of a finished run, and touches nothing', () => {
    const run = createRunFolder(at('run'), recipe);
    run.finish(exampleResult());
    run.release();
    const before = readdirSync(at('run'));
    expect(reopenRunFolder(at('run'), recipe, false)!.result).toEqual(exampleResult());
    expect(readdirSync(at('run'))).toEqual(before);
    expect(reopenRunFolder(at('nowhere'), recipe, false)).toBeUndefined();
  });
});

describe('newestUnfinishedRun', () => {
  it('finds the newest run of a recipe that has no result', () => {
    ['20260101-000000', '20260102-000000', '20260103-000000'].forEach((name) =>
      createRunFolder(at('runs', 'mnist', name), '').release(),
    );
    writeFileSync(at('runs', 'mnist', '20260103-000000', 'result.json'), '{}');
    expect(newestUnfinishedRun('configs/mnist.yaml', root)).toBe('runs/mnist/20260102-000000');
    expect(failure(() => newestUnfinishedRun('other.yaml', root))).toBe(
      'error NOTHING_TO_RESUME\n  runs/other holds no run that is not finished\n' +
        '  fix: name the run with --out, or train without --resume',
    );
  });
});

describe('readFinishedRun', () => {
  it('tells what is not a run from what is not finished', () => {
    expect(failure(() => readFinishedRun(at('nothing')))).toBe(
      'error RUN_NOT_FOUND\n  ROOT/nothing holds no run\n  allowed: a folder that `mdpd train` made',
    );
    createRunFolder(at('running'), '');
    writeFileSync(at('running', 'metrics.jsonl'), '');
    expect(failure(() => readFinishedRun(at('running')))).toBe(
      'error RUN_UNFINISHED at ROOT/running\n  the run in ROOT/running is not finished\n' +
        '  fix: wait until it is done, or go on with `mdpd train … --resume`',
    );
  });

  it('refuses a result.json that lacks something', () => {
    createRunFolder(at('odd'), '');
    writeFileSync(at('odd', 'result.json'), JSON.stringify({ ...exampleResult(), metrics: 3 }));
    expect(failure(() => readFinishedRun(at('odd')))).toBe(
      'error RESULT_INVALID at ROOT/odd/result.json\n  metrics: Invalid input: expected object, received number',
    );
  });
});

it('names new runs by recipe and time', () => {
  const before = process.cwd();
  process.chdir(root);
  const now = new Date('2026-11-23T06:39:56.789Z');
  try {
    expect(defaultRunFolder('configs/vtab/mnist.yaml', now)).toBe('runs/mnist/20261123-063956');
    mkdirSync('runs/mnist/20261123-063956', { recursive: true });
    expect(defaultRunFolder('mnist.yaml', now)).toBe('runs/mnist/20261123-063956-2');
  } finally {
    process.chdir(before);
  }
});
