/** Where a run is written: nothing is overwritten, nothing unfinished looks finished, whatever stops it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
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
      fix: choose another folder with --out, or remove this one; runs are never overwritten"
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
        fix: free space, or choose another folder with --out"
    `);
    expect(readdirSync(workspace.path('out')).sort()).toEqual([
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
        fix: the place above says why; train it again"
    `);
  });

  it('while metrics are written', async () => {
    const finished = await workspace.shell(limited(4, 'train recipe.yaml train.steps=50 --out full'));
    expect(expectFailure(workspace, finished, 1)).toMatch(/^error DISK_FULL at ROOT\/full\/metrics.jsonl\n/);
    expect(existsSync(workspace.path('full/result.json'))).toBe(false);
  });
});

describe('a run that is stopped', () => {
  /** Waits until the run has taken a step. */
  async function underWay(out: string): Promise<void> {
    const metrics = workspace.path(out, 'metrics.jsonl');
    while (!existsSync(metrics) || !readFileSync(metrics, 'utf8').includes('"type":"step"'))
      await setTimeout(50);
  }

  it('by Ctrl-C ends after its step with exit code 130, marked as failed', async () => {
    const { child, finished } = workspace.start(...train('stopped'), 'train.steps=100000');
    await underWay('stopped');
    child.kill('SIGINT');
    const { exitCode, stderr } = await finished;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('stopping after this step; once more to stop at once');
    expect(stderr).toContain('error INTERRUPTED');
    expect(readdirSync(workspace.path('stopped')).sort()).toEqual([
      'failed.json',
      'metrics.jsonl',
      'recipe.yaml',
    ]);
  });

  it('by Ctrl-C in the middle of a long step does not wait for it, and leaves no process behind', async () => {
    workspace.write(
      'long.yaml',
      tinyRecipe
        .replace('hidden_size: 16', 'hidden_size: 512')
        .replace('num_hidden_layers: 2', 'num_hidden_layers: 3')
        .replace('num_attention_heads: 2', 'num_attention_heads: 8')
        .replace('intermediate_size: 32', 'intermediate_size: 2048')
        .replace('image_size: 8', 'image_size: 128')
        .replace('method: head', 'method: { name: norm, recompute: true }'),
    );
    const { child, finished } = workspace.start('train', 'long.yaml', '--out', 'long', 'train.steps=1000');
    await underWay('long');
    const records = readFileSync(workspace.path('long/metrics.jsonl'), 'utf8').trim().split('\n');
    const step = JSON.parse(records.find((record) => record.includes('"type":"step"'))!);
    // Otherwise this shows nothing.
    expect(step.time.seconds).toBeGreaterThan(3);
    await setTimeout(300);
    const asked = performance.now();
    child.kill('SIGINT');
    const { exitCode, stderr } = await finished;
    expect(performance.now() - asked).toBeLessThan(2500);
    // Ended by the signal itself, which a shell reports as 130.
    expect([exitCode, child.signalCode]).toEqual([null, 'SIGINT']);
    expect(stderr).toContain('stopping after this step; once more to stop at once');
    expect(() => process.kill(child.pid!, 0)).toThrow('ESRCH');
    const evaluated = await workspace.mdpd('evaluate', 'long');
    expect(expectFailure(workspace, evaluated, 1)).toMatch(/^error RUN_UNFINISHED/);
  });

  it('by a termination signal ends with exit code 143', async () => {
    const { child, finished } = workspace.start(...train('terminated'), 'train.steps=100000');
    await underWay('terminated');
    child.kill('SIGTERM');
    expect((await finished).exitCode).toBe(143);
  });

  it('by a kill leaves what cannot be taken for a finished run', async () => {
    const { child, finished } = workspace.start(...train('killed'), 'train.steps=100000');
    await underWay('killed');
    child.kill('SIGKILL');
    await finished;
    const evaluated = await workspace.mdpd('evaluate', 'killed');
    expect(expectFailure(workspace, evaluated, 1)).toMatchInlineSnapshot(`
      "error RUN_UNFINISHED at ROOT/killed
        the run in ROOT/killed is not finished
        fix: wait until it is done, or train it again"
    `);
    const compared = await workspace.mdpd('compare', 'killed', 'stopped');
    expect(expectFailure(workspace, compared, 1)).toMatch(/^error RUN_UNFINISHED\n/);
  });
});

it('a result that somebody edited is not trusted', async () => {
  writeFileSync(workspace.path('run/result.json'), '{"metrics": ');
  const evaluated = await workspace.mdpd('evaluate', 'run');
  expect(expectFailure(workspace, evaluated, 1)).toMatch(/^error JSON_INVALID at ROOT\/run\/result.json\n/);
});
