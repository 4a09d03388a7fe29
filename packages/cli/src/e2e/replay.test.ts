/** `mdpd replay`: a step of a run once more, with every value looked at. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import type { Replay } from '../replay-run.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, tinyRecipe, type Finished, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;

beforeAll(async () => {
  workspace = createWorkspace();
  workspace.images('photos/train', ['ant', 'bee', 'cat'], 4);
  workspace.images('photos/test', ['ant', 'bee', 'cat'], 2);
  workspace.write('recipe.yaml', tinyRecipe);
  await succeed('train', 'recipe.yaml', 'method=full', '--smoke', '--out', 'good');
});
afterAll(() => workspace.remove());

const mdpd = (...argv: string[]): Promise<Finished> => mdpdHere(workspace.root, ...argv);

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await mdpd(...argv);
  expect(finished.exitCode, finished.stdout + finished.stderr).toBe(0);
  return finished;
}

describe('a run in which nothing is wrong', () => {
  it('says so, with the range of every tap, loss, gradient and update', async () => {
    const { stdout, stderr } = await succeed('replay', 'good', '--step', '3');
    expect(stderr).toContain('training steps 1 to 2 on onnxruntime, as the run did');
    expect(stdout).toMatch(
      /^good, step 3 of 4: phase train, epoch 2, on wasm; those before it on onnxruntime\n/,
    );
    for (const line of [
      'input     pixel_values',
      'tap       block 1 image',
      'loss      taskLoss',
      'update    classifier.bias',
    ])
      expect(stdout).toMatch(new RegExp(`^${line} +-?[\\d.]+(e-\\d+)? +[\\d.]+(e-\\d+)? +[\\d,]+$`, 'm'));
    expect(stdout).toContain('Every value is a number on wasm; onnxruntime computes in another order.\n');
  });

  it('gives the loss that metrics.jsonl has', async () => {
    const { stdout } = await succeed('replay', 'good', '--step', '4', '--executor', 'cpu', '--json');
    const { findings, first } = JSON.parse(stdout) as Replay;
    const lines = readFileSync(workspace.path('good/metrics.jsonl'), 'utf8').trim().split('\n');
    const step = lines.map((line) => JSON.parse(line) as { type: string; step: number; loss: number });
    const recorded = step.find(({ type, step: at }) => type === 'step' && at === 4)!.loss;
    expect(findings.find(({ kind, name }) => kind === 'loss' && name === 'loss')!.least).toBeCloseTo(
      recorded,
      4,
    );
    expect(first).toBeUndefined();
  });

  it('asks which step, and refuses one that is not there', async () => {
    expect((await mdpd('replay', 'good')).stderr).toContain(
      'error REPLAY_STEP\n  nothing says which step of good is meant',
    );
    expect((await mdpd('replay', 'good', '--step', '5')).stderr).toContain(
      'the run has no step 5\n  allowed: 1 to 4',
    );
    const compiled = await mdpd('replay', 'good', '--step', '1', '--executor', 'onnxruntime');
    expect(compiled.stderr).toContain(
      'error REPLAY_EXECUTOR\n  onnxruntime does not run a step operation by operation',
    );
    expect((await mdpd('replay', 'photos', '--step', '1')).stderr).toContain('error RUN_NOT_FOUND');
  });
});

describe('a run whose numbers end', () => {
  let failed: Finished;

  beforeAll(async () => {
    // A backbone whose second block overflows, as one that was trained in a wider type may.
    const { stderr } = await succeed(
      ...['train', 'recipe.yaml', 'method=head', 'executor=wasm', '--smoke', '--out', 'start'],
    );
    expect(stderr).not.toContain('error');
    const file = workspace.path('start/model/model.safetensors');
    const tensors = await readSafetensors(file);
    tensors['vit.encoder.layer.1.intermediate.dense.weight']!.data.fill(3e38);
    writeSafetensors(file, tensors);
    failed = await mdpd(
      'train',
      'recipe.yaml',
      'backbone=start',
      'method=full',
      'executor=wasm',
      '--out',
      'failed',
    );
  });

  it('says which part of the loss, which parameter, and how to look again', () => {
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toMatch(/^error TRAIN_NOT_FINITE at step 1$/m);
    expect(failed.stderr).toMatch(
      /the loss is no longer a number: taskLoss = NaN; updates that are no numbers: vit/,
    );
    expect(failed.stderr).toContain('mdpd replay <run> --step 1 shows where it begins');
  });

  it('keeps the batch in failed.json', () => {
    const { code, report } = JSON.parse(readFileSync(workspace.path('failed/failed.json'), 'utf8')) as {
      code: string;
      report: Record<string, unknown>;
    };
    expect(code).toBe('TRAIN_NOT_FINITE');
    expect(report).toMatchObject({ step: 1, phase: 'train', epoch: 0, seed: 0, parts: { taskLoss: 'NaN' } });
    expect(report['examples']).toHaveLength(6);
    expect(existsSync(workspace.path('failed/result.json'))).toBe(false);
  });

  it('finds the block and the operation, at the step where the run failed', async () => {
    const { stdout } = await succeed('replay', 'failed');
    expect(stdout).toMatch(/^failed, step 1 of 6:/);
    expect(stdout).toMatch(/^Not finite first: tap block 1 image, \d+ of [\d,]+ values\.$/m);
    expect(stdout).toMatch(
      /^First operation that makes it so of finite values: \w+ \[[\d, ]+\], at .*\.ts:\d+:\d+\.$/m,
    );
  });
});
