/** Where a run is written: nothing is overwritten, nothing unfinished looks finished, whatever stops it. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure } from '../testing/expect-failure.ts';
import { bin, createWorkspace, tinyRecipe, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  workspace.write('recipe.yaml', tinyRecipe);
  workspace.images('photos/train', ['ant', 'bee'], 6);
  workspace.images('photos/test', ['ant', 'bee'], 2);
});
afterAll(() => workspace.remove());

const train = (out: string): string[] => ['train', 'recipe.yaml', '--out', out];

it('--out under a file', async () => {
  workspace.write('notes.txt', 'precious');
  const finished = await workspace.mdpd(...train('notes.txt/run'));
  expect(expectFailure(workspace, finished, 2)).toMatchInlineSnapshot(`
    "error OUT_NOT_A_FOLDER
      notes.txt/run cannot be a folder: a part of its path is a file
      fix: choose another folder with --out"
  `);
  const same = await workspace.mdpd(...train('notes.txt'));
  expect(expectFailure(workspace, same, 2)).toContain(
    'error OUT_NOT_A_FOLDER\n  notes.txt cannot be a folder',
  );
  expect(readFileSync(workspace.path('notes.txt'), 'utf8')).toBe('precious');
});

it('a folder that holds a run', async () => {
  expect((await workspace.mdpd(...train('run'), '--smoke')).exitCode).toBe(0);
  const before = readFileSync(workspace.path('run/result.json'), 'utf8');
  expect(expectFailure(workspace, await workspace.mdpd(...train('run')), 2)).toMatchInlineSnapshot(`
    "error RUN_EXISTS
      run already holds a run
      fix: go on with it with --resume, or choose another folder with --out; runs are never overwritten"
  `);
  expect(readFileSync(workspace.path('run/result.json'), 'utf8')).toBe(before);
});

describe.skipIf(process.platform === 'win32')('a disk that is full', () => {
  /** A file size limit makes writes fail as a full disk does, without any privilege. */
  const limited = (blocks: number, argv: string): string =>
    `trap '' XFSZ; ulimit -f ${blocks}; exec '${process.execPath}' '${bin}' ${argv}`;

  it('while the model is written', async () => {
    // Blocks of 512 bytes: metrics.jsonl fits into 8 kB, the model (20 kB) does not.
    const finished = await workspace.shell(limited(16, 'train recipe.yaml --out out'));
    expect(expectFailure(workspace, finished, 1)).toMatchInlineSnapshot(`
      "error DISK_FULL at ROOT/out/model
        cannot write: the file size limit is reached
        fix: free space, or choose another folder with --out; the state after step 6 is kept: go on with \`mdpd train recipe.yaml --out out --resume\`"
    `);
    expect(readdirSync(workspace.path('out')).sort()).toEqual([
      'checkpoint',
      'events.out.tfevents.0.mdpd',
      'failed.json',
      'metrics.jsonl',
      'recipe.yaml',
    ]);
    expect(JSON.parse(readFileSync(workspace.path('out/failed.json'), 'utf8'))).toMatchObject({
      code: 'DISK_FULL',
    });
    const evaluated = await workspace.mdpd('evaluate', 'out');
    expect(expectFailure(workspace, evaluated, 1)).toMatchInlineSnapshot(`
      "error RUN_UNFINISHED at ROOT/out/failed.json
        the run in ROOT/out failed
        fix: the place above says why; then go on with \`mdpd train … --resume\`"
    `);
    // Nothing of the training is lost: with space, the model is written from the last step's state.
    const resumed = await workspace.mdpd(...train('out'), '--resume');
    expect([resumed.exitCode, resumed.stderr]).toEqual([
      0,
      expect.stringContaining('goes on after step 6 of 6'),
    ]);
    expect(readdirSync(workspace.path('out')).sort()).toEqual([
      'events.out.tfevents.0.mdpd',
      'examples.json',
      'metrics.jsonl',
      'model',
      'recipe.yaml',
      'report.html',
      'result.json',
    ]);
    rmSync(workspace.path('out'), { recursive: true });
  });

  it('while metrics are written', async () => {
    const finished = await workspace.shell(limited(4, 'train recipe.yaml train.steps=50 --out full'));
    expect(expectFailure(workspace, finished, 1)).toMatch(/^error DISK_FULL at ROOT\/full\/metrics.jsonl\n/);
    expect(existsSync(workspace.path('full/result.json'))).toBe(false);
  });
});

it('a result that somebody edited is not trusted', async () => {
  writeFileSync(workspace.path('run/result.json'), '{"metrics": ');
  const evaluated = await workspace.mdpd('evaluate', 'run');
  expect(expectFailure(workspace, evaluated, 1)).toMatch(/^error JSON_INVALID at ROOT\/run\/result.json\n/);
});
