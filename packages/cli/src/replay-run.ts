/** Takes one step of a run again, eagerly and with every value looked at: what `mdpd replay` does. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  loadRecipe,
  MdpdError,
  resolveRecipe,
  type Executor,
  type HostRecord,
  type Recipe,
  type Registry,
} from '@mdpd/core';
import { inspectStep, type StepInspection } from '@mdpd/distill/engine/inspect-step';
import type { ResumedState } from '@mdpd/distill/engine/checkpoints';
import { stepOf, type HostStep } from '@mdpd/distill/engine/replay';
import type { TrainingJob } from '@mdpd/distill/engine/train';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { openBackbone } from './backbone-reference.ts';
import { readCheckpoint } from './checkpoint/checkpoint-file.ts';
import { listCheckpoints } from './checkpoint/checkpoint-store.ts';
import { readJson } from './files.ts';
import { initialParameters } from './initial-parameters.ts';
import { describeProblems, loadPlugins } from './plugins.ts';
import { runFiles } from './run-folder.ts';
import { smokeSettings } from './smoke.ts';
import { runOf, type FinishedRun } from './target.ts';
import { executorOf, runtimeOf } from './target-recipe.ts';
import { headFor } from './task-head.ts';
import { note, type Listener } from './train-event.ts';
import { openTrainingTask } from './training-task.ts';

/** Executors whose values can be looked at between two operations. */
export const eagerExecutors = ['wasm', 'cpu', 'tensorflow'] as const;

export interface ReplayRequest {
  /** Folder of a run, whether it failed, was stopped or is finished. */
  readonly name: string;
  /** From 1; undefined: the one at which the run failed. */
  readonly step: number | undefined;
  /** Of the step itself; those before it run on the run's. */
  readonly executor: string;
  /** Against it paths of a run's recipe are resolved, where the run does not say. */
  readonly directory: string;
  readonly signal: AbortSignal | undefined;
  readonly listener: Listener;
}

/** What `mdpd replay --json` prints. */
export interface Replay extends StepInspection, Pick<HostStep, 'steps' | 'phase' | 'epoch'> {
  readonly run: string;
  /** From 1. */
  readonly step: number;
  /** Of its batch, in the training split. */
  readonly examples: readonly number[];
  /** Executor of the steps before it. */
  readonly before: string;
  /** Executor of the step itself. */
  readonly executor: string;
}

/** Throws RUN_NOT_FOUND, REPLAY_STEP, REPLAY_EXECUTOR, INTERRUPTED and what opening and training throw. */
export async function replayRun(request: ReplayRequest): Promise<Replay> {
  const { name, executor: eager, listener } = request;
  const say = (message: string): void => listener(note(message));
  checkExecutor(eager);
  const folder = path.resolve(request.directory, name);
  const step = request.step ?? failedStep(folder, name);
  const found = await openRun(folder, request, say);
  const { registry, recipe, job } = found;
  const wanted = executorOf(found, recipe);
  const resumed = await keptBefore(path.join(folder, runFiles.checkpoint), step - 1);
  const { executor } = await startExecutor(wanted, registry.executors.values, say, runtimeOf(recipe));
  const kept = resumed?.step ?? 0;
  if (kept < step - 1) say(`training steps ${kept + 1} to ${step - 1} on ${executor.name}, as the run did`);
  const checkpoints = { resumed, reached: () => false, save: async () => {} };
  const taken = await stopped(executor, () => stepOf({ ...job, executor, checkpoints }, step - 1));
  const started = await startExecutor(eager, registry.executors.values, say);
  const model = { backbone: job.backbone, head: job.head, optimization: job.train };
  const inspection = await stopped(started.executor, () => inspectStep(started.executor, model, taken));
  const { steps, phase, epoch, indices: examples } = taken;
  const about = { run: name, step, steps, phase, epoch, examples };
  return { ...about, before: executor.name, executor: started.executor.name, ...inspection };
}

/** The newest state that the run has kept of at most so many steps; undefined: it begins at the start. */
async function keptBefore(folder: string, steps: number): Promise<ResumedState | undefined> {
  for (const { step, folder: each } of listCheckpoints(folder)) {
    if (step > steps) continue;
    try {
      return (await readCheckpoint(each)).resumed;
    } catch (thrown) {
      // A damaged one is left out: the one before it leads to the same state.
      if (!(thrown instanceof MdpdError)) throw thrown;
    }
  }
  return undefined;
}

async function stopped<T>(executor: Executor, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } finally {
    await executor.stop();
  }
}

function checkExecutor(name: string): void {
  if (eagerExecutors.some((each) => each === name)) return;
  throw new MdpdError('REPLAY_EXECUTOR', `${name} does not run a step operation by operation`, {
    allowed: eagerExecutors,
    exitCode: 2,
  });
}

/** The step at which a run failed, as failed.json says. */
function failedStep(folder: string, name: string): number {
  const file = path.join(folder, runFiles.failed);
  const report = existsSync(file) ? readJson(file)['report'] : undefined;
  const step =
    typeof report === 'object' && report !== null && !Array.isArray(report) ? report['step'] : undefined;
  if (typeof step === 'number' && Number.isSafeInteger(step) && step > 0) return step;
  throw new MdpdError('REPLAY_STEP', `nothing says which step of ${name} is meant`, {
    fix: 'name it: --step N',
    exitCode: 2,
  });
}

interface OpenedRun {
  readonly registry: Registry;
  readonly recipe: Recipe;
  /** Where it is finished. */
  readonly run: FinishedRun | undefined;
  readonly job: Omit<TrainingJob, 'executor'>;
}

async function openRun(
  folder: string,
  { name, directory: here, signal }: ReplayRequest,
  say: (message: string) => void,
): Promise<OpenedRun> {
  const recipeFile = path.join(folder, runFiles.recipe);
  if (!existsSync(recipeFile)) {
    throw new MdpdError('RUN_NOT_FOUND', `${name} holds no run`, {
      allowed: 'a folder that `mdpd train` made',
      exitCode: 2,
    });
  }
  const finished = existsSync(path.join(folder, runFiles.result)) ? runOf(folder) : undefined;
  const directory = finished?.directory ?? here;
  const loaded = loadRecipe(recipeFile);
  const { registry, problems } = await loadPlugins({ named: loaded.plugins, directory });
  describeProblems(problems).forEach(say);
  const recipe = resolveRecipe(loaded, registry);
  const locate = (at: readonly string[]): string => loaded.locate(['backbone', ...at]);
  const opened = await openBackbone(recipe.backbone, registry, directory, locate);
  const warn = (message: string): void => say(`warning: ${message}`);
  const task = await openTrainingTask({ recipe, recipeFile, registry, opened, directory }, warn);
  const head = headFor(opened.backbone, task);
  const { name: methodName, ...settings } = recipe.method;
  const initial = async (): Promise<HostRecord> =>
    (await initialParameters(opened, head, task.labels, recipe.train.seed)).parameters;
  const job = {
    backbone: opened.backbone,
    head,
    initial,
    task,
    method: registry.methods.get(methodName),
    settings,
    train: smokeSettings(recipe.train, recipe.smoke),
    reporters: [],
    signal,
  };
  return { registry, recipe, run: finished, job };
}
