/**
 * Every task of GLUE from every published layout, trained in a few steps over zoo:tiny-bert. The runs are made in this
 * process, by what the command's file calls: 30 processes would spend more time on starting than on GLUE. One task goes
 * through the command itself.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '@mdpd/report/result';
import { writeGlue } from '../testing/glue-files.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, type Workspace } from '../testing/workspace.ts';

const formats = ['tsv', 'parquet', 'jsonl'] as const;
const tasks = {
  cola: ['matthews_correlation'],
  sst2: ['accuracy'],
  mrpc: ['accuracy', 'f1', 'combined_score'],
  stsb: ['pearson', 'spearmanr', 'combined_score'],
  qqp: ['accuracy', 'f1', 'combined_score'],
  mnli: ['accuracy', 'accuracy_mm', 'combined_score'],
  qnli: ['accuracy'],
  rte: ['accuracy'],
  wnli: ['accuracy'],
};
type Name = keyof typeof tasks;
const names = Object.keys(tasks) as Name[];

const recipe = (task: string, root: string): string => `task: glue
data: { task: ${task}, root: ${root}, maxLength: 32 }
backbone: zoo:tiny-bert
method: norm
train: { steps: 4, batchSize: 8 }
`;

let workspace: Workspace;
beforeAll(async () => {
  workspace = createWorkspace();
  for (const format of formats) {
    await writeGlue(workspace.path(format), { format, sizes: { train: 40, validation: 20, test: 12 } });
    for (const name of names) workspace.write(`${name}.${format}.yaml`, recipe(name, `./${format}`));
  }
});
afterAll(() => workspace.remove());

const read = (...at: string[]): string => readFileSync(workspace.path(...at), 'utf8');
const resultOf = (run: string): Result => JSON.parse(read(run, 'result.json')) as Result;

/** Losses of all steps. */
function lossesOf(run: string): number[] {
  const records = read(run, 'metrics.jsonl')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; loss: number });
  return records.filter(({ type }) => type === 'step').map(({ loss }) => loss);
}

describe.each(names)('%s', (name) => {
  it.each(formats)('goes through from %s', async (format) => {
    const run = `runs/${name}-${format}`;
    const finished = await mdpdHere(
      workspace.root,
      'train',
      `${name}.${format}.yaml`,
      '--smoke',
      '--out',
      run,
    );
    expect(finished.exitCode, finished.stderr).toBe(0);
    const { metrics, smoke, steps, testExamples } = resultOf(run);
    expect([smoke, steps]).toEqual([true, 4]);
    expect(testExamples).toBe(name === 'mnli' ? 32 : 20);
    expect(Object.keys(metrics.faded!)).toEqual(tasks[name]);
    expect(metrics.primary).toBe(tasks[name].at(-1));
    const broken = /train\.tsv: skipped (\d+) of/.exec(finished.stderr)?.[1];
    // Five broken questions of two lines each among 40.
    expect(broken).toBe(name === 'qqp' && format === 'tsv' ? '10' : undefined);
  });

  it('is the same in all of them', () => {
    const [first, ...others] = formats.map((format) => `runs/${name}-${format}`) as [string, ...string[]];
    expect(lossesOf(first)).toHaveLength(4);
    for (const other of others) {
      expect(lossesOf(other)).toEqual(lossesOf(first));
      expect(resultOf(other).metrics).toEqual(resultOf(first).metrics);
    }
  });
});

it('all make up one row of a table', async () => {
  const runs = names.map((name) => `runs/${name}-tsv`);
  const { exitCode, stdout } = await mdpdHere(workspace.root, 'compare', ...runs, '--glue', '--json');
  const rows = JSON.parse(stdout) as { means: Record<string, { mean: number }>; smoke: boolean }[];
  expect([exitCode, rows.length, rows[0]!.smoke]).toEqual([0, 1, true]);
  const primaries = runs.map((run) => {
    const { faded, primary } = resultOf(run).metrics;
    return faded![primary]!;
  });
  const mean = primaries.reduce((sum, value) => sum + value, 0) / 9;
  expect(rows[0]!.means['mean of 9 tasks']!.mean).toBeCloseTo(mean, 12);
});

describe('ax', () => {
  it('is answered by a model of mnli, the same from all formats', async () => {
    const texts: string[] = [];
    for (const format of formats) {
      const run = `runs/mnli-${format}`;
      const finished = await mdpdHere(
        workspace.root,
        'predict',
        run,
        '--submission',
        `answers/${format}`,
        '--json',
      );
      expect(finished.exitCode, finished.stderr).toBe(0);
      expect((JSON.parse(finished.stdout) as { answers: unknown }).answers).toEqual({
        test_matched: 12,
        test_mismatched: 12,
        ax: 12,
      });
      texts.push(['AX', 'MNLI-m', 'MNLI-mm'].map((file) => read(`answers/${format}/${file}.tsv`)).join(''));
    }
    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).toBe(texts[0]);
  });

  it('has nothing to be trained on', async () => {
    const { exitCode, stderr } = await mdpdHere(
      workspace.root,
      'train',
      'mnli.tsv.yaml',
      'data.task=ax',
      '--out',
      'no',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      'error GLUE_TASK at data.task\n  AX has neither training examples nor public labels',
    );
  });
});

it('MRPC as Microsoft gives it out is cut as GLUE cuts it', async () => {
  await writeGlue(workspace.path('uncut'), {
    format: 'tsv',
    tasks: ['mrpc'],
    uncutMrpc: true,
    sizes: { train: 40, validation: 20, test: 12 },
  });
  const argv = ['train', 'mrpc.tsv.yaml', 'data.root=./uncut', '--smoke', '--out', 'runs/uncut'];
  const finished = await mdpdHere(workspace.root, ...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  expect(lossesOf('runs/uncut')).toEqual(lossesOf('runs/mrpc-tsv'));
  expect(resultOf('runs/uncut').metrics).toEqual(resultOf('runs/mrpc-tsv').metrics);
});

it('the command itself gives what was measured here', async () => {
  const finished = await workspace.mdpd('train', 'qqp.tsv.yaml', '--smoke', '--out', 'runs/command');
  expect(finished.exitCode, finished.stderr).toBe(0);
  expect(finished.stderr).toMatch(/^warning: QQP\/train\.tsv: skipped 10 of 50 rows: QQP\/train\.tsv:8 /m);
  expect(lossesOf('runs/command')).toEqual(lossesOf('runs/qqp-tsv'));
  expect(resultOf('runs/command').metrics).toEqual(resultOf('runs/qqp-tsv').metrics);
});
