/** Answers for GLUE's server: what `predict` says to the same texts, in the bytes that the server reads. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFailure } from '../testing/expect-failure.ts';
import { writeGlue } from '../testing/glue-files.ts';
import { writeTinyT5 } from '../testing/tiny-t5.ts';
import { mdpdHere } from '../testing/in-process.ts';
import { createWorkspace, type Finished, type Workspace } from '../testing/workspace.ts';

const recipe = (task: string, backbone: string): string => `task: glue
data: { task: ${task}, root: ./glue, maxLength: 32 }
backbone: ${backbone}
method: full
train: { steps: 30, batchSize: 20, evaluateBatchSize: 5, learningRate: { weight: 0.001, head: 0.003 } }
`;

let workspace: Workspace;
beforeAll(async () => {
  workspace = createWorkspace();
  await writeGlue(workspace.path('glue'), {
    format: 'tsv',
    tasks: ['sst2', 'stsb', 'rte'],
    sizes: { train: 80, validation: 20, test: 13 },
  });
  for (const task of ['sst2', 'stsb', 'rte']) workspace.write(`${task}.yaml`, recipe(task, 'zoo:tiny-bert'));
  await writeTinyT5(workspace.path('t5'), { words: ['good', 'film', 'a', 'sst2', 'sentence:', '0', '1'] });
  workspace.write('t5.yaml', recipe('sst2', './t5'));
});
afterAll(() => workspace.remove());

async function succeed(...argv: string[]): Promise<Finished> {
  const finished = await mdpdHere(workspace.root, ...argv);
  expect(finished.exitCode, finished.stderr).toBe(0);
  return finished;
}

const read = (...at: string[]): string => readFileSync(workspace.path(...at), 'utf8');

/** What `predict` says to the texts of a test file: by other code than that of submissions. */
async function predicted(run: string, file: string, texts: readonly number[]): Promise<string[]> {
  const rows = read('glue', file).trimEnd().split('\n').slice(1);
  workspace.write(
    'texts.txt',
    rows.map((row) => texts.map((at) => row.split('\t')[at]!).join('\t')).join('\n'),
  );
  const { stdout } = await succeed('predict', run, '--file', 'texts.txt', '--json');
  return (JSON.parse(stdout) as { value: string }[]).map(({ value }) => value);
}

const fileOf = (answers: readonly string[]): string =>
  `index\tprediction\n${answers.map((answer, index) => `${index}\t${answer}\n`).join('')}`;
const digit = (value: string): string => String(['negative', 'positive'].indexOf(value));

describe.each(['validation', 'half'])('a run of the protocol %s', (protocol) => {
  const run = `sst2-${protocol}`;

  it('answers with the digits of the original file, in its order', async () => {
    await succeed('train', 'sst2.yaml', `data.protocol=${protocol}`, '--out', run);
    const { stdout } = await succeed('predict', run, '--submission', `answers/${protocol}`);
    expect(stdout).toBe(
      [
        'Answers  test 13',
        `Wrote    answers/${protocol}/SST-2.tsv`,
        `Archive  answers/${protocol}/submission.zip`,
        'The server also wants CoLA.tsv, MRPC.tsv, STS-B.tsv, QQP.tsv, MNLI-m.tsv, MNLI-mm.tsv, QNLI.tsv, RTE.tsv, WNLI.tsv, AX.tsv: answer them into the same folder.\n',
      ].join('\n'),
    );
    const values = await predicted(run, 'SST-2/test.tsv', [1]);
    expect(new Set(values).size).toBe(2);
    expect(read('answers', protocol, 'SST-2.tsv')).toBe(fileOf(values.map(digit)));
  });
});

it('pairs have the words of their file, scores three decimals, and all end up in one archive', async () => {
  await succeed('train', 'rte.yaml', '--out', 'rte');
  await succeed('train', 'stsb.yaml', '--out', 'stsb');
  await succeed('predict', 'rte', '--submission');
  const { stdout } = await succeed('predict', 'stsb', '--json', '--submission');
  const report = JSON.parse(stdout) as { files: string[]; missing: string[]; archive: string };
  expect(report).toMatchObject({
    target: 'stsb',
    path: 'faded',
    answers: { test: 13 },
    files: ['submission/STS-B.tsv'],
    archive: 'submission/submission.zip',
  });
  expect(report.missing).toHaveLength(9);
  expect(readdirSync(workspace.path('submission')).sort()).toEqual([
    'RTE.tsv',
    'STS-B.tsv',
    'submission.zip',
  ]);
  expect(read('submission/RTE.tsv')).toBe(fileOf(await predicted('rte', 'RTE/test.tsv', [1, 2])));
  const lines = read('submission/STS-B.tsv').trimEnd().split('\n').slice(1);
  const scores = await predicted('stsb', 'STS-B/test.tsv', [7, 8]);
  expect(lines).toHaveLength(13);
  lines.forEach((line, index) => {
    expect(line).toMatch(/^\d+\t[0-5]\.\d{3}$/);
    // `predict` rounds to two digits.
    const score = Math.min(5, Math.max(0, Number(scores[index])));
    expect(Math.abs(Number(line.split('\t')[1]) - score)).toBeLessThan(0.0506);
  });
});

it('a backbone that answers in words generates them', async () => {
  await succeed('train', 't5.yaml', '--out', 't5-run');
  await succeed('predict', 't5-run', '--submission', 't5-answers');
  const values = await predicted('t5-run', 'SST-2/test.tsv', [1]);
  // What is no class is answered with the first.
  expect(read('t5-answers/SST-2.tsv')).toBe(
    fileOf(values.map((value) => (value === 'positive' ? '1' : '0'))),
  );
});

it('a model folder names its recipe, and settings replace those of the recipe', async () => {
  const argv = ['predict', 'sst2-validation/model', '--submission', 'other', 'data.protocol=half'];
  await succeed(...argv, '--recipe', 'sst2.yaml');
  expect(read('other/SST-2.tsv')).toBe(read('answers/validation/SST-2.tsv'));
});

describe('it says what is wrong', () => {
  const refused = async (...argv: string[]): Promise<string> =>
    expectFailure(workspace, await workspace.mdpd('predict', ...argv), 2);

  it('a task without a server', async () => {
    workspace.write('own.csv', 'text,label\na,0\nb,1\na,0\nb,1\n');
    workspace.write(
      'own.yaml',
      'task: text\ndata: { train: ./own.csv, test: ./own.csv, text: text, label: label }\nbackbone: zoo:tiny-bert\nmethod: head\ntrain: { steps: 1, batchSize: 2 }\n',
    );
    await succeed('train', 'own.yaml', '--out', 'own');
    expect(await refused('own', '--submission')).toMatchInlineSnapshot(`
      "error SUBMISSION_NONE at --submission
        the task "text", with this data, has nothing to send to a server
        allowed: runs of a benchmark whose test labels are not public: glue, with all of its data under data.root or data.source
        fix: without --submission, predict answers what you name"
    `);
    expect(
      await refused('sst2-half', '--submission', 'no', 'data={task: sst2, train: ./glue/SST-2/train.tsv}'),
    ).toMatchInlineSnapshot(`
      "error SUBMISSION_NONE at --submission
        the task "glue", with this data, has nothing to send to a server
        allowed: runs of a benchmark whose test labels are not public: glue, with all of its data under data.root or data.source
        fix: without --submission, predict answers what you name"
    `);
    expect(existsSync(workspace.path('no'))).toBe(false);
  });

  it('a folder that is a file, and options that would do nothing', async () => {
    expect(await refused('sst2-half', '--submission', 'own.csv')).toMatchInlineSnapshot(`
      "error OUT_NOT_A_FOLDER
        own.csv cannot be a folder: own.csv is a file
        fix: choose another folder: --submission FOLDER"
    `);
    expect(await refused('sst2-half', '--submission', 'no', '--top', '3')).toMatchInlineSnapshot(`
      "error OPTION_VALUE
        option --top of mdpd predict means nothing with --submission
        fix: mdpd predict --help shows how to call it"
    `);
    expect(await refused('sst2-half', 'a film', '--recipe', 'sst2.yaml')).toMatchInlineSnapshot(`
      "error OPTION_VALUE
        option --recipe of mdpd predict means nothing without --submission
        fix: mdpd predict --help shows how to call it"
    `);
  });

  it('examples that are not there', async () => {
    const finished = await workspace.mdpd(
      'predict',
      'sst2-half',
      '--submission',
      'no',
      'data.root=./nowhere',
    );
    expect(expectFailure(workspace, finished, 2)).toMatchInlineSnapshot(`
      "error DATA_MISSING at data.root
        there is no file for the test split of SST-2
        fix: put GLUE's test files there (docs/text.md has the layouts), or name where they are: data.root=…"
    `);
    expect(existsSync(workspace.path('no'))).toBe(false);
  });
});
