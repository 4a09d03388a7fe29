/** The whole way of a user: train, evaluate, predict, compare. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '@mdpd/tensor/safetensors';
import type { Result } from '@mdpd/report/result';
import { createWorkspace, tinyRecipe, type Finished, type Workspace } from '../testing/workspace.ts';

let workspace: Workspace;
let trained: Finished;

beforeAll(async () => {
  workspace = createWorkspace();
  workspace.images('photos/train', ['ant', 'bee', 'cat'], 8);
  workspace.images('photos/test', ['ant', 'bee', 'cat'], 4);
  workspace.write('recipe.yaml', tinyRecipe);
  trained = await workspace.mdpd('train', 'recipe.yaml', 'method=mdpd', '--out', 'runs/mdpd');
});
afterAll(() => workspace.remove());

const read = (...names: string[]): string => readFileSync(workspace.path(...names), 'utf8');
const result = (run: string): Result => JSON.parse(read(run, 'result.json')) as Result;

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await workspace.mdpd(...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  return finished;
}

describe('train', () => {
  it('fills the folder of the run', () => {
    expect(trained.exitCode, trained.stderr).toBe(0);
    expect(readdirSync(workspace.path('runs/mdpd')).sort()).toEqual([
      'events.out.tfevents.0.mdpd',
      'examples.json',
      'metrics.jsonl',
      'model',
      'recipe.yaml',
      'report.html',
      'result.json',
    ]);
    expect(readdirSync(workspace.path('runs/mdpd/model')).sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
    ]);
  });

  it('ends with a table and the next command', () => {
    expect(trained.stdout).toMatch(/^Done in .*: mdpd on recipe, 6 steps, seed 0, onnxruntime\.\n/);
    expect(trained.stdout).toMatch(/faded model {2}with side network\n {2}accuracy +\d/);
    expect(trained.stdout).toMatch(
      /Next {3}npx mdpd predict runs\/mdpd <image\.png>\n {7}npx mdpd evaluate runs\/mdpd\n$/,
    );
  });

  it('writes the numbers that programs rely on', async () => {
    const found = result('runs/mdpd');
    expect(found).toMatchObject({
      recipe: 'recipe',
      task: 'vtab',
      backbone: 'fresh vit',
      method: 'mdpd',
      seed: 0,
      executor: 'onnxruntime',
      steps: 6,
      smoke: false,
      testExamples: 12,
      inference: { batch: 12 },
      directory: '../..',
    });
    const { metrics, parameters } = found;
    expect(found.fadeGap).toBe(metrics.side!['accuracy']! - metrics.faded!['accuracy']!);
    const tensors = Object.values(await readSafetensors(workspace.path('runs/mdpd/model/model.safetensors')));
    expect(tensors.reduce((sum, { data }) => sum + data.length, 0)).toBe(parameters.inference);
    expect(parameters.side).toBeGreaterThan(0);
    expect(found.memory.peakRssBytes).toBeGreaterThan(50e6);
    expect(found.memory.plannedBytes).toBeGreaterThan(50e6);
  });

  it('says every step and every evaluation in metrics.jsonl', () => {
    const lines = read('runs/mdpd/metrics.jsonl').trimEnd().split('\n');
    const records = lines.map((line) => JSON.parse(line) as { type: string; step: number; path?: string });
    expect(records.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(records.filter(({ type }) => type === 'evaluation').map(({ path }) => path)).toEqual([
      'faded',
      'side',
    ]);
  });

  it('gives the same bytes for the same recipe and seed', async () => {
    await succeed('train', 'recipe.yaml', 'method=mdpd', '--out', 'runs/again');
    const weights = (run: string): Buffer => readFileSync(workspace.path(run, 'model/model.safetensors'));
    expect(weights('runs/again').equals(weights('runs/mdpd'))).toBe(true);
    const metrics = (run: string): string => read(run, 'metrics.jsonl').replace(/"time":\{[^}]*\}/g, '');
    expect(metrics('runs/again')).toBe(metrics('runs/mdpd'));
    expect(metrics('runs/mdpd')).not.toContain('econds');
    expect(read('runs/again', 'examples.json')).toBe(read('runs/mdpd', 'examples.json'));
  });

  it('resolved recipes give the same run again', async () => {
    await succeed('train', 'runs/mdpd/recipe.yaml', '--out', 'runs/resolved');
    expect(result('runs/resolved').metrics).toEqual(result('runs/mdpd').metrics);
    const body = (text: string): string => text.replace(/^#.*\n/gm, '');
    expect(body(read('runs/resolved/recipe.yaml'))).toBe(body(read('runs/mdpd/recipe.yaml')));
  });

  it('--smoke and --json: a short run, and nothing but JSON on standard output', async () => {
    const { stdout, stderr } = await succeed('train', 'recipe.yaml', 'train.steps=500', '--smoke', '--json');
    const { run, ...rest } = JSON.parse(stdout) as Result & { run: string };
    expect(run).toMatch(/^runs\/recipe\/\d{8}-\d{6}$/);
    expect(rest).toMatchObject({
      smoke: true,
      steps: 4,
      metrics: { side: null },
      fadeGap: null,
      agreement: null,
    });
    expect(rest).toEqual(result(run));
    expect(stderr).toContain('step 4/4');
    expect(read(run, 'recipe.yaml')).toMatch(/\nsmoke: true\n$/);
    expect(read(run, 'model/README.md')).toContain('Made with `--smoke`');
  });

  it('starts from a model that it made, with its head where the classes are the same', async () => {
    const { stderr } = await succeed('train', 'recipe.yaml', 'backbone=runs/mdpd', '--out', 'runs/further');
    expect(stderr).toContain('backbone  runs/mdpd (vit, 2 blocks, head from the checkpoint)');
    const other = await succeed(
      'train',
      'recipe.yaml',
      'backbone=runs/mdpd/model',
      'data.train=./photos/test',
      '--smoke',
    );
    expect(other.stderr).toContain('head from the checkpoint');
  });
});

describe('evaluate', () => {
  it('gives exactly the number of result.json, also for the model folder and from elsewhere', async () => {
    const expected = result('runs/mdpd').metrics.faded;
    for (const target of ['runs/mdpd', 'runs/mdpd/model', workspace.path('runs/mdpd')]) {
      const { stdout } = await succeed('evaluate', target, '--json');
      expect(JSON.parse(stdout)).toMatchObject({
        path: 'faded',
        split: 'test',
        examples: 12,
        metrics: expected,
      });
    }
  });

  it('takes another split, a limit, and other data', async () => {
    const limited = await succeed('evaluate', 'runs/mdpd', '--split', 'train', '--limit', '5');
    expect(limited.stdout).toMatch(/^runs\/mdpd on 5 train examples\n {2}accuracy +\d+\.\d %\n/);
    const { stdout } = await succeed('evaluate', 'runs/mdpd', 'data.test=./photos/train', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ examples: 24 });
  });
});

describe('predict', () => {
  it('names classes with probabilities', async () => {
    const inputs = ['photos/test/ant/0.png', 'photos/test/bee/1.png'];
    const { stdout } = await succeed('predict', 'runs/mdpd', ...inputs, '--top', '2', '--json');
    const found = JSON.parse(stdout) as {
      input: string;
      value: string;
      probability: number;
      top: object[];
    }[];
    expect(found.map(({ input }) => input)).toEqual(inputs);
    for (const { value, probability, top } of found) {
      expect(['ant', 'bee', 'cat']).toContain(value);
      expect(probability).toBeGreaterThan(1 / 3);
      expect(top).toHaveLength(2);
      expect(top[0]).toEqual({ value, probability });
    }
    const text = await succeed('predict', 'runs/mdpd/model', inputs[0]!);
    expect(text.stdout).toMatch(
      /^photos\/test\/ant\/0\.png {2}(ant|bee|cat) {2}\d+\.\d % {2}\w+ \d+\.\d %, \w+ \d+\.\d %\n$/,
    );
  });
});

describe('a side network that is kept', () => {
  it('is saved without a model, evaluated after reloading, and predicts', async () => {
    await succeed('train', 'recipe.yaml', 'method=side', '--out', 'runs/side');
    const { metrics, inference, parameters } = result('runs/side');
    expect(metrics.faded).toBeNull();
    expect([inference.fadedMs, parameters.trainedInBackbone]).toEqual([null, 0]);
    expect(existsSync(workspace.path('runs/side/model'))).toBe(false);
    const { stdout } = await succeed('evaluate', 'runs/side', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ path: 'side', metrics: metrics.side });
    await succeed('predict', 'runs/side', 'photos/test/ant/0.png');
  });
});

describe('compare', () => {
  it('puts runs into one table, seeds together', async () => {
    await succeed('train', 'recipe.yaml', 'method=mdpd', 'train.seed=1', '--out', 'runs/seed1');
    const { stdout } = await succeed('compare', 'runs/mdpd', 'runs/seed1', 'runs/further', '--json');
    const rows = JSON.parse(stdout) as { method: string; seeds: number[]; faded: { mean: number } }[];
    expect(rows.map(({ method, seeds }) => [method, seeds])).toEqual([
      ['mdpd', [0, 1]],
      ['head', [0]],
    ]);
    const accuracy = (run: string): number => result(run).metrics.faded!['accuracy']!;
    expect(rows[0]!.faded.mean).toBeCloseTo((accuracy('runs/mdpd') + accuracy('runs/seed1')) / 2, 12);
    const table = await succeed('compare', 'runs/mdpd', 'runs/further');
    expect(table.stdout).toMatch(/^method +seeds +accuracy %/);
  });
});
