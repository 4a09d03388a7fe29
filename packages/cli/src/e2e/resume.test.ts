/** Whatever stops a run, it goes on and ends as if nothing had happened, to the byte. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationRecord, LayersRecord } from '@mdpd/core';
import { eventTime } from '@mdpd/report/tensorboard/event';
import { readRecords } from '@mdpd/report/tensorboard/tf-record';
import { expectFailure } from '../testing/expect-failure.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, tinyRecipe, type Finished, type Workspace } from '../testing/workspace.ts';

// Two steps an epoch: every checkpoint is of a step after which an evaluation is due.
const recipe = tinyRecipe
  .replace('method: head', 'method: { name: mdpd, side: { reductionFactor: 2, heads: 2 } }')
  .replace('steps: 6', 'steps: 60\n  clipNorm: 1\n  evaluateEvery: 2.5\n  checkpoint: { steps: 5, keep: 3 }')
  .replace('  test: ./', '  validation: ./photos/test\n  test: ./');

let workspace: Workspace;
let undisturbed: unknown;
beforeAll(async () => {
  workspace = createWorkspace();
  workspace.write('recipe.yaml', recipe);
  workspace.images('photos/train', ['ant', 'bee'], 6);
  workspace.images('photos/test', ['ant', 'bee'], 2);
  const finished = await here('--out', 'undisturbed');
  expect(finished.exitCode, finished.stderr).toBe(0);
  undisturbed = outcome('undisturbed');
});
afterAll(() => workspace.remove());

const here = (...argv: string[]): Promise<Finished> =>
  mdpdHere(workspace.root, 'train', 'recipe.yaml', ...argv);

/** The bytes that must be the same. */
function outcome(out: string): unknown {
  const text = (name: string): string => readFileSync(workspace.path(out, name), 'utf8');
  const { metrics, fadeGap } = JSON.parse(text('result.json')) as { metrics: unknown; fadeGap: unknown };
  return {
    files: readdirSync(workspace.path(out)).sort(),
    model: readFileSync(workspace.path(out, 'model/model.safetensors')).toString('base64'),
    metrics: text('metrics.jsonl').replace(/,"time":.*/g, ''),
    examples: text('examples.json'),
    result: { metrics, fadeGap },
    // Of the event file, what is told of which step; times are those of the day.
    events: [...readRecords(workspace.path(out, 'events.out.tfevents.0.mdpd'))].map(
      (event) => eventTime(event).step,
    ),
  };
}

/** Waits until the run has a checkpoint newer than `step`. */
async function past(out: string, step: number): Promise<void> {
  const folder = workspace.path(out, 'checkpoint');
  const newest = (): number =>
    existsSync(folder)
      ? Math.max(0, ...readdirSync(folder).map((name) => Number(/^step-(\d+)$/.exec(name)?.[1] ?? 0)))
      : 0;
  while (newest() <= step) await setTimeout(10);
}

it('a run that is not disturbed says what its layers do where it is evaluated', () => {
  const lines = readFileSync(workspace.path('undisturbed/metrics.jsonl'), 'utf8').trimEnd().split('\n');
  const layers = lines
    .map((line) => JSON.parse(line) as LayersRecord | EvaluationRecord)
    .filter(({ type }) => type === 'layers') as LayersRecord[];
  expect(layers.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, at) => 5 * (at + 1)));
  for (const { layers: found } of layers) {
    expect(found['gate']!['image']).toHaveLength(3);
    expect(found['featureLoss']!['image']).toHaveLength(2);
    expect(found['normDrift']!['image']!.every((drift) => drift! > 0)).toBe(true);
  }
});

describe.skipIf(process.platform === 'win32')('a run that is stopped again and again', () => {
  it('by a terminal that closes and by a kill ends as one that was not', async () => {
    const endings = [
      ['SIGHUP', 129],
      ['SIGKILL', null],
    ] as const;
    for (const [at, [signal, code]] of endings.entries()) {
      const { child, finished } = workspace.start('train', 'recipe.yaml', '--out', 'stopped', '--resume');
      await past('stopped', 5 + 10 * at);
      child.kill(signal);
      const { exitCode, stderr } = await finished;
      expect(exitCode, stderr).toBe(code);
      expect(existsSync(workspace.path('stopped/result.json'))).toBe(false);
      if (code === null) continue;
      expect(stderr).toContain('stopping after this step; once more to stop at once');
      expect(stderr).toMatch(
        /error INTERRUPTED\n {2}stopped on request\n {2}fix: the state after step \d+ is kept: go on with `mdpd train recipe.yaml --out stopped --resume`/,
      );
      expect(existsSync(workspace.path('stopped/run.lock'))).toBe(false);
    }
    // Neither a kill nor a torn file is taken for a finished run or a good checkpoint.
    const evaluated = await mdpdHere(workspace.root, 'evaluate', 'stopped');
    expect(expectFailure(workspace, evaluated, 1)).toMatchInlineSnapshot(`
      "error RUN_UNFINISHED at ROOT/stopped
        the run in ROOT/stopped is not finished
        fix: wait until it is done, or go on with \`mdpd train … --resume\`"
    `);
    const photo = readFileSync(workspace.path('photos/train/ant/0.png'));
    workspace.write('photos/train/ant/0.png', readFileSync(workspace.path('photos/train/bee/0.png')));
    expect(expectFailure(workspace, await here('--out', 'stopped', '--resume'), 1)).toMatch(
      /^error RESUME_INPUT_CHANGED\n {2}examples of the training data: not what the run began with\n/,
    );
    workspace.write('photos/train/ant/0.png', photo);
    const checkpoints = readdirSync(workspace.path('stopped/checkpoint')).sort();
    writeFileSync(workspace.path('stopped/checkpoint', checkpoints.at(-1)!, 'state.safetensors'), 'torn');
    const last = await here('--out', 'stopped', '--resume');
    expect(last.exitCode, last.stderr).toBe(0);
    expect(last.stderr).toContain('is left out');
    expect(last.stderr).toContain(`goes on after step ${Number(checkpoints.at(-2)!.slice(5))} of 60`);
    expect(outcome('stopped')).toEqual(undisturbed);
    // Its page has the steps of all its processes, as one that is made from its folder has.
    const page = readFileSync(workspace.path('stopped/report.html'), 'utf8');
    expect((await mdpdHere(workspace.root, 'report', 'stopped')).exitCode).toBe(0);
    expect(readFileSync(workspace.path('stopped/report.html'), 'utf8')).toBe(page);
  });

  it('twice by Ctrl-C ends at once, and leaves no process behind', async () => {
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
    const metrics = workspace.path('long/metrics.jsonl');
    while (!existsSync(metrics) || !readFileSync(metrics, 'utf8').includes('"type":"step"'))
      await setTimeout(50);
    const record = readFileSync(metrics, 'utf8')
      .split('\n')
      .find((line) => line.includes('"type":"step"'))!;
    // Otherwise this shows nothing.
    const { time } = JSON.parse(record) as { time: { seconds: number } };
    expect(time.seconds).toBeGreaterThan(1.5);
    await setTimeout(300);
    child.kill('SIGINT');
    await setTimeout(200);
    expect(child.exitCode).toBe(null);
    const asked = performance.now();
    child.kill('SIGINT');
    await finished;
    expect(performance.now() - asked).toBeLessThan(2500);
    // Ended by the signal itself, which a shell reports as 130.
    expect([child.exitCode, child.signalCode]).toEqual([null, 'SIGINT']);
    expect(() => process.kill(child.pid!, 0)).toThrow('ESRCH');
  });
});

describe('a run that is there', () => {
  it('that is finished is not trained again', async () => {
    const before = readFileSync(workspace.path('undisturbed/result.json'));
    const again = await here('--out', 'undisturbed', '--resume', '--json');
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toBe('undisturbed is finished: nothing is trained\n');
    expect(JSON.parse(again.stdout)).toMatchObject({ run: 'undisturbed', steps: 60 });
    expect(readFileSync(workspace.path('undisturbed/result.json'))).toEqual(before);
  });

  it('goes on with no other recipe, no other data and no other backbone', async () => {
    const begun = await here('train.steps=8', '--out', 'begun', 'data.train=./photos/train[:11]');
    expect(begun.exitCode, begun.stderr).toBe(0);
    rmSync(workspace.path('begun/result.json'));
    const seed = await here('train.steps=8', 'train.seed=1', '--out', 'begun', '--force-resume');
    expect(expectFailure(workspace, seed, 2)).toMatchInlineSnapshot(`
      "error RESUME_RECIPE_CHANGED at begun/recipe.yaml
        the recipe is not the one of this run:
        data.train: "./photos/train[:11]" → "./photos/train" (never)
        train.seed: 0 → 1 (never)
        fix: use the recipe of the run, or train in another folder with --out"
    `);
  });
});

it('without a run to go on with, --resume begins one where --out says so', async () => {
  const nothing = await here('--resume');
  expect(expectFailure(workspace, nothing, 2)).toMatchInlineSnapshot(`
    "error NOTHING_TO_RESUME
      runs/recipe holds no run that is not finished
      fix: name the run with --out, or train without --resume"
  `);
  const finished = await here('--smoke', '--resume', '--out', 'fresh');
  expect(finished.exitCode, finished.stderr).toBe(0);
});
