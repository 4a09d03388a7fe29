/** `mdpd predict <run> --submission`: answers to a benchmark's examples without labels, as its server reads them. */
import { statSync } from 'node:fs';
import {
  loadRecipe,
  MdpdError,
  systemCode,
  type Dataset,
  type Executor,
  type ModelPath,
  type Submission,
  type WrittenSubmission,
} from '@mdpd/core';
import { collectOutputs } from '@mdpd/distill/engine/run-batches';
import { disposeRecord, uploadRecord } from '@mdpd/distill/engine/state';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { diskError } from './files.ts';
import { formatCount } from '@mdpd/report/format';
import { createOutput, toJson } from './output.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import { createProgress, type Progress } from './progress.ts';
import { openRunnable, type Runnable } from './runnable.ts';
import { listenForStop } from './stop-signal.ts';
import { findTarget, pluginsFor } from './target.ts';
import { executorOf, recipeFor, runtimeOf } from './target-recipe.ts';

/** Where the files go unless another folder is named: those of all tasks together make up one archive. */
export const defaultFolder = 'submission';

export interface SubmissionOptions {
  readonly folder: string;
  readonly recipe?: string;
  readonly executor?: string;
  readonly json?: boolean;
}

/** What `--json` prints. */
export interface SubmissionReport extends WrittenSubmission {
  readonly target: string;
  readonly path: ModelPath;
  /** Number of answers by split. */
  readonly answers: Readonly<Record<string, number>>;
  readonly executor: string;
}

/** Runs the target's model over the splits of the server. Throws SUBMISSION_NONE, SUBMISSION_NUMBERS, what opening throws. */
export async function submit(
  name: string,
  overrides: readonly string[],
  options: SubmissionOptions,
): Promise<number> {
  const output = createOutput({ json: options.json === true });
  checkFolder(options.folder);
  const here = process.cwd();
  const named = options.recipe === undefined ? undefined : loadRecipe(options.recipe, overrides);
  const { registry, problems } = await loadPlugins(pluginsFor(name, here, named));
  describeProblems(problems).forEach(output.message);
  const target = findTarget(name, registry, here);
  const request = { recipe: named, overrides, directory: here };
  const { recipe, directory } = recipeFor(target, request, registry);
  const stopper = listenForStop(output.message);
  const progress = createProgress({ stream: output.messages, metric: () => '' });
  const wanted = options.executor ?? executorOf(target, recipe);
  const { executor } = await startExecutor(
    wanted,
    registry.executors.values,
    progress.say,
    runtimeOf(recipe),
  );
  try {
    const warn = (message: string): void => progress.say(`warning: ${message}`);
    const model = await openRunnable(target, { registry, recipe, directory, splits: [], warn });
    const submission = submissionOf(model);
    const splits = await submission.open();
    const batchSize = recipe.train.evaluateBatchSize;
    const job = { model, splits, executor, batchSize, progress, signal: stopper.signal };
    const written = write(submission, options.folder, await outputsOf(job));
    const answers = Object.fromEntries(Object.entries(splits).map(([split, { size }]) => [split, size]));
    const report = { target: name, path: model.path, answers, ...written, executor: executor.name };
    output.answer(output.json ? toJson(report) : formatSubmission(report));
    return 0;
  } catch (thrown) {
    if (thrown instanceof MdpdError && thrown.code === 'INTERRUPTED') return stopper.exitCode() ?? 1;
    throw thrown;
  } finally {
    progress.close?.();
    await executor.stop();
    stopper.release();
  }
}

/** Before the model runs for an hour. Throws OUT_NOT_A_FOLDER. */
function checkFolder(folder: string): void {
  let found: ReturnType<typeof statSync>;
  try {
    found = statSync(folder, { throwIfNoEntry: false });
  } catch (thrown) {
    if (systemCode(thrown) !== 'ENOTDIR') throw diskError(thrown, folder);
    throw notAFolder(folder, 'a part of its path is a file');
  }
  if (found && !found.isDirectory()) throw notAFolder(folder, `${folder} is a file`);
}

function notAFolder(folder: string, reason: string): MdpdError {
  return new MdpdError('OUT_NOT_A_FOLDER', `${folder} cannot be a folder: ${reason}`, {
    fix: 'choose another folder: --submission FOLDER',
    exitCode: 2,
  });
}

function submissionOf({ task }: Runnable): Submission {
  if (task.submission) return task.submission;
  throw new MdpdError(
    'SUBMISSION_NONE',
    `the task "${task.name}", with this data, has nothing to send to a server`,
    {
      place: '--submission',
      allowed:
        'runs of a benchmark whose test labels are not public: glue, with all of its data under data.root or data.source',
      fix: 'without --submission, predict answers what you name',
      exitCode: 2,
    },
  );
}

interface AnswerJob {
  readonly model: Runnable;
  readonly splits: Readonly<Record<string, Dataset>>;
  readonly executor: Executor;
  readonly batchSize: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function outputsOf({
  model,
  splits,
  progress,
  ...job
}: AnswerJob): Promise<Record<string, Float32Array>> {
  const { task, parameters, forward, generation } = model;
  const params = uploadRecord(job.executor, parameters);
  const all: Record<string, Float32Array> = {};
  try {
    for (const [split, dataset] of Object.entries(splits)) {
      const what = `answering ${split}`;
      const onProgress = (done: number, total: number): void =>
        progress.progress?.({ type: 'progress', what, done, total });
      all[split] = await collectOutputs({ ...job, params, dataset, forward, generation, task, onProgress });
      if (!all[split].every(Number.isFinite)) throw notNumbers(split);
    }
    return all;
  } finally {
    disposeRecord(params);
  }
}

/** They would become answers like any others. */
function notNumbers(split: string): MdpdError {
  return new MdpdError('SUBMISSION_NUMBERS', `the model gives outputs of ${split} that are not numbers`, {
    fix: 'train it again, with smaller learning rates',
  });
}

function write(
  submission: Submission,
  folder: string,
  outputs: Readonly<Record<string, Float32Array>>,
): WrittenSubmission {
  try {
    return submission.write(folder, outputs);
  } catch (thrown) {
    throw systemCode(thrown) === undefined ? thrown : diskError(thrown, folder);
  }
}

/** What was written, and what is missing before it can be sent. */
export function formatSubmission({ answers, archive, files = [], missing }: SubmissionReport): string {
  const counts = Object.entries(answers).map(([split, size]) => `${split} ${formatCount(size)}`);
  return [
    `Answers  ${counts.join(', ')}`,
    ...files.map((file) => `Wrote    ${file}`),
    `Archive  ${archive}`,
    missing.length === 0
      ? 'The archive has every file that the server wants.'
      : `The server also wants ${missing.join(', ')}: answer them into the same folder.`,
  ].join('\n');
}
