/** `mdpd compare … --glue` over small folders of runs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleResult } from '../testing/example-result.ts';
import { expectFailure } from '../testing/expect-failure.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, type Workspace } from '../testing/workspace.ts';

/** Full fine-tuning of T5-base as LST prints it: their mean is 85.2. */
const published = {
  cola: 0.628,
  sst2: 0.939,
  mrpc: 0.919,
  stsb: 0.903,
  qqp: 0.899,
  mnli: 0.862,
  qnli: 0.925,
  rte: 0.741,
};
type Scores = Readonly<Record<string, number>>;

let workspace: Workspace;
/** Folders of finished runs of one method, a task each; every task is trained in its own way. */
function write(name: string, method: string, scores: Scores, seed = 0, protocol = 'validation'): string[] {
  return Object.entries(scores).map(([task, value], i) => {
    const folder = `${name}/${task}-${seed}`;
    workspace.write(
      `${folder}/recipe.yaml`,
      `task: glue\ndata: { task: ${task}, root: ./glue, protocol: ${protocol} }\nbackbone: zoo:tiny-bert\nmethod: { name: ${method} }\ntrain: { epochs: ${i + 1}, seed: ${seed} }\n`,
    );
    const metrics = { primary: 'accuracy', faded: { accuracy: value }, side: null };
    const result = exampleResult({ task: 'glue', method, seed, metrics, recipe: task });
    workspace.write(`${folder}/result.json`, JSON.stringify(result));
    workspace.write(`${folder}/metrics.jsonl`, '');
    return folder;
  });
}
const shifted = (by: number): Scores =>
  Object.fromEntries(Object.entries(published).map(([task, value]) => [task, value + by]));

let full: string[];
let norm: string[];
beforeAll(() => {
  workspace = createWorkspace();
  full = write('full', 'full', published);
  norm = [0, 1, 2].flatMap((seed) =>
    write('norm', 'norm', { ...shifted((seed - 1) / 100), wnli: 0.56 }, seed),
  );
});
afterAll(() => workspace.remove());

async function compare(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await mdpdHere(workspace.root, 'compare', ...argv, '--glue');
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

describe('compare --glue', () => {
  it('has a row a method and the means of papers, whatever each task was trained with', async () => {
    expect(await compare(...full, ...norm)).toMatchInlineSnapshot(`
      "method        cola        sst2        mrpc        stsb         qqp        mnli        qnli         rte        wnli  mean of 8 tasks, without WNLI  mean of 9 tasks
      full          62.8        93.9        91.9        90.3        89.9        86.2        92.5        74.1                                       85.2
      norm    62.8 ± 1.0  93.9 ± 1.0  91.9 ± 1.0  90.3 ± 1.0  89.9 ± 1.0  86.2 ± 1.0  92.5 ± 1.0  74.1 ± 1.0  56.0 ± 0.0                     85.2 ± 1.0       82.0 ± 0.9

      Primary metrics × 100.
      ± is the sample standard deviation over seeds.
      "
    `);
    expect(await compare(...full, '--markdown')).toMatchInlineSnapshot(`
      "| method | cola | sst2 | mrpc | stsb | qqp | mnli | qnli | rte | mean of 8 tasks, without WNLI |
      | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |
      | full | 62.8 | 93.9 | 91.9 | 90.3 | 89.9 | 86.2 | 92.5 | 74.1 | 85.2 |

      Primary metrics × 100.
      "
    `);
  });

  it('is JSON where that is wanted', async () => {
    const rows = JSON.parse(await compare(...full, ...norm, '--json')) as {
      method: string;
      parts: Record<string, { mean: number; deviation: number | null } | null>;
      means: Record<string, { mean: number; deviation: number | null }>;
      missing: string[];
    }[];
    const [first, second] = rows as [(typeof rows)[0], (typeof rows)[0]];
    expect(rows).toHaveLength(2);
    expect(first.means['mean of 8 tasks, without WNLI']!.mean).toBeCloseTo(6.816 / 8, 12);
    expect([first.parts['wnli'], first.missing]).toEqual([null, []]);
    expect(second.parts['cola']!.mean).toBeCloseTo(0.628, 12);
    expect(second.parts['cola']!.deviation).toBeCloseTo(0.01, 12);
    const nine = second.means['mean of 9 tasks']!;
    expect(nine.mean).toBeCloseTo((6.816 + 0.56) / 9, 12);
    expect(nine.deviation).toBeCloseTo((0.01 * 8) / 9, 12);
  });

  it('says which tasks a mean lacks', async () => {
    const some = full.filter((folder) => !/rte|cola/.test(folder));
    expect(await compare(...some)).toMatchInlineSnapshot(`
      "method  sst2  mrpc  stsb   qqp  mnli  qnli
      full    93.9  91.9  90.3  89.9  86.2  92.5

      Primary metrics × 100.
      No mean for full: cola, rte missing.
      "
    `);
  });

  it('keeps protocols and settings of a method apart', async () => {
    const half = write('half', 'full', shifted(0.02), 0, 'half');
    expect(await compare(...full, ...half)).toMatchInlineSnapshot(`
      "method  differs in                cola  sst2  mrpc  stsb   qqp  mnli  qnli   rte  mean of 8 tasks, without WNLI
      full    data.protocol=validation  62.8  93.9  91.9  90.3  89.9  86.2  92.5  74.1                           85.2
      full    data.protocol=half        64.8  95.9  93.9  92.3  91.9  88.2  94.5  76.1                           87.2

      Primary metrics × 100.
      "
    `);
  });

  it('refuses two runs in one place, and runs of nothing in GLUE', async () => {
    const again = write('again', 'full', { rte: 0.5 });
    const twice = await mdpdHere(workspace.root, 'compare', ...full, ...again, '--glue');
    expect(expectFailure(workspace, twice, 2)).toMatchInlineSnapshot(`
      "error COMPARE_TWICE
        there are two runs of full on rte with seed 0: full/rte-0, again/rte-0
        allowed: one run of a data set and seed in a row
        fix: name one of them; without the flag, compare shows in what runs differ"
    `);
    workspace.write('other/recipe.yaml', 'task: vtab\nmethod: { name: head }\n');
    workspace.write('other/result.json', JSON.stringify(exampleResult()));
    const other = await mdpdHere(workspace.root, 'compare', 'other', '--glue');
    expect(expectFailure(workspace, other, 2)).toMatchInlineSnapshot(`
      "error COMPARE_NONE
        none of these runs is of the task glue"
    `);
    const { stderr } = await mdpdHere(workspace.root, 'compare', 'other', ...full, '--glue');
    expect(stderr).toBe('left out: other is of the task vtab\n');
  });
});
