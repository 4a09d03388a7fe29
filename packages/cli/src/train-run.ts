/** A training run from an opened backbone to a finished folder: train, fade, save, reload, evaluate, measure. */
import { createRandom } from '@mdpd/tensor/random';
import {
  createRunScope,
  guardReporter,
  type Executor,
  type Head,
  type HostRecord,
  type Recipe,
  type Registry,
  type Reporter,
  type RunScope,
  type Task,
  type TrainState,
} from '@mdpd/core';
import { runModel } from '@mdpd/distill/forward';
import { disposeRecord, readRecord } from '@mdpd/distill/engine/state';
import { throwIfStopped } from '@mdpd/distill/engine/stop';
import { train, type TrainedRun } from '@mdpd/distill/engine/train';
import type { OpenedBackbone } from './backbone-reference.ts';
import { evaluatePaths, timePaths, type RunnablePath } from './evaluate-paths.ts';
import { writeExamples } from './examples/write-examples.ts';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { eventReporter } from './event-reporter.ts';
import { hashRun } from './file-hashes.ts';
import { formatCount } from '@mdpd/report/format';
import { initialParameters } from './initial-parameters.ts';
import { finishPage, pageOf, type ReportFile } from './report-file.ts';
import { packageVersions } from './environment.ts';
import { inputDigests, refuseChangedInputs } from './input-digests.ts';
import { MetricsFile } from './metrics-file.ts';
import type { ReadCheckpoint } from './checkpoint/checkpoint-file.ts';
import { CheckpointStore, newestCheckpoint } from './checkpoint/checkpoint-store.ts';
import { openModel, saveModel } from './model-folder.ts';
import { measureResult } from './measure-result.ts';
import type { Result } from '@mdpd/report/result';
import type { RunFolder } from './run-folder.ts';
import { writeCard } from './write-card.ts';
import { memoryWarning } from './memory-advice.ts';
import { PlannedMemory } from './planned-memory.ts';
import { flattenState, loadSide, saveSide, sideModel } from './side-folder.ts';
import { smokeSettings } from './smoke.ts';
import { openTrainingTask } from './training-task.ts';
import { runtimeOf } from './target-recipe.ts';
import { headFor } from './task-head.ts';
import { note, type Listener } from './train-event.ts';

export interface RunJob {
  readonly recipe: Recipe;
  /** As the user named it. */
  readonly recipeFile: string;
  /** recipe.yaml of the run. */
  readonly recipeText: string;
  readonly registry: Registry;
  readonly opened: OpenedBackbone;
  readonly run: RunFolder;
  /** Whether its folder had a run before, that goes on. */
  readonly resumes: boolean;
  readonly directory: string;
  /** When the training was asked for, as `process.uptime()`. */
  readonly begunAt: number;
  readonly listener: Listener;
  readonly signal: AbortSignal;
}

/** A job with everything that training needs. */
interface PreparedJob extends RunJob {
  readonly executor: Executor;
  readonly task: Task;
  readonly head: Head;
  /** Parameters to start from, made anew by every call. */
  readonly initial: () => Promise<HostRecord>;
  readonly reporters: readonly Reporter[];
  readonly planned: PlannedMemory;
  readonly page: ReportFile;
  readonly checkpoints: CheckpointStore;
  /** When the run was begun, as `process.uptime()`: before 0 where other processes worked at it. */
  readonly begunAt: number;
}

/** Where a run stands when this process begins. */
interface Standing {
  readonly metrics: MetricsFile;
  /** Its newest checkpoint. */
  readonly found: ReadCheckpoint | undefined;
}

/** Trains and writes the run's folder, result.json last. */
export async function trainRun(job: RunJob): Promise<Result> {
  const { recipe, listener } = job;
  const say = (message: string): void => listener(note(message));
  const planned = new PlannedMemory((plannedBytes, availableBytes) => {
    const warning = memoryWarning(recipe, plannedBytes, availableBytes);
    if (warning !== undefined) say(warning);
  });
  const standing = await standingOf(job, say);
  const page = pageOf(job);
  const scope = scopeOf(job, planned, { ...standing, page }, say);
  const { reporters } = scope;
  try {
    const executor = await scope.executor();
    const task = await openTrainingTask(job, (message) =>
      reporters.forEach((reporter) => reporter.record?.(note(`warning: ${message}`))),
    );
    planned.begin(executor);
    const prepared = await prepare(job, { executor, task, reporters, planned, page }, standing);
    throwIfStopped(job.signal);
    return await runPrepared(prepared);
  } finally {
    await scope.close();
  }
}

/** Throws CHECKPOINT_DAMAGED where none of the run's checkpoints can be used, and METRICS_CHANGED. */
async function standingOf({ run, resumes }: RunJob, say: (message: string) => void): Promise<Standing> {
  const warn = (message: string): void => say(`warning: ${message}`);
  const found = resumes ? await newestCheckpoint(run.file('checkpoint'), warn) : undefined;
  const metrics = new MetricsFile(run.file('metrics'), found?.note.metrics);
  if (found) say(`goes on after step ${found.note.step} of ${found.note.steps}`);
  else if (resumes) say('there is no checkpoint: begins at the first step');
  return { metrics, found };
}

function scopeOf(
  job: RunJob,
  planned: PlannedMemory,
  { metrics, page }: Pick<Standing, 'metrics'> & Pick<PreparedJob, 'page'>,
  say: (message: string) => void,
): RunScope {
  const { recipe, recipeFile, registry, run, directory, listener } = job;
  const about = { folder: run.folder, recipe, recipeFile, directory };
  const warn = (message: string): void => say(`warning: ${message}`);
  return createRunScope(registry, about, {
    startExecutor: async () => {
      const started = await startExecutor(recipe.executor, registry.executors.values, say, {
        ...runtimeOf(recipe),
        onGraph: (graph) => planned.add(graph),
      });
      say(`executor  ${started.reason}`);
      return started.executor;
    },
    reporters: [
      metrics,
      { name: 'listener', record: listener, progress: listener },
      eventReporter(job, warn),
      guardReporter(page.name, () => page, warn),
    ],
    warn,
  });
}

async function prepare(
  job: RunJob,
  parts: Pick<PreparedJob, 'executor' | 'task' | 'reporters' | 'planned' | 'page'>,
  standing: Standing,
): Promise<PreparedJob> {
  const { opened, recipe, listener } = job;
  const { task } = parts;
  const head = headFor(opened.backbone, task);
  const load = (): ReturnType<typeof initialParameters> =>
    initialParameters(opened, head, task.labels, recipe.train.seed);
  const loaded = await load();
  const inputs = await inputDigests(loaded.parameters, task);
  // The first to ask gets what was loaded here, once: nothing else holds on to it.
  let unused: HostRecord | undefined = loaded.parameters;
  const initial = async (): Promise<HostRecord> => {
    const parameters = unused ?? (await load()).parameters;
    unused = undefined;
    return parameters;
  };
  const examples = Object.entries(task.splits).map(([name, { size }]) => `${formatCount(size)} ${name}`);
  listener(note(`data      ${describeOutputs(task)}; ${examples.join(', ')}`));
  const { family, blocks } = opened.backbone;
  const headText = loaded.headLoaded ? 'head from the checkpoint' : 'fresh head';
  listener(note(`backbone  ${opened.name} (${family}, ${blocks} blocks, ${headText})`));
  const begunAt = job.begunAt - (standing.found?.note.totalSeconds ?? 0);
  const checkpoints = openStore(job, { ...standing, inputs, begunAt, executor: parts.executor });
  return { ...job, ...parts, head, initial, checkpoints, begunAt };
}

/** Throws RESUME_INPUT_CHANGED. */
function openStore(
  { run, recipe, listener }: RunJob,
  given: Standing & Pick<PreparedJob, 'begunAt' | 'executor'> & { readonly inputs: Record<string, string> },
): CheckpointStore {
  const { metrics, found, inputs, begunAt, executor } = given;
  const versions = { node: process.version, executor: executor.description, ...packageVersions() };
  if (found) {
    refuseChangedInputs(found.note.inputs, inputs);
    for (const each of changedVersions(found.note.versions, versions)) listener(note(`warning: ${each}`));
  }
  return new CheckpointStore({
    folder: run.file('checkpoint'),
    settings: recipe.train.checkpoint,
    metrics,
    inputs,
    versions,
    totalSeconds: () => process.uptime() - begunAt,
    resumed: found?.resumed,
  });
}

function changedVersions(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(now)
    .filter(([name, version]) => before[name] !== version)
    .map(
      ([name, version]) =>
        `the run began with ${name} ${before[name] ?? 'missing'}, now it is ${version}: results may differ in the last digits`,
    );
}

/** `10 classes`, `3,129 answers`, `a score`, `30,522 words`. */
function describeOutputs({ head, labels }: Task): string {
  switch (head.kind) {
    case 'classification':
      return `${labels.length} classes`;
    case 'vqa':
      return `${formatCount(labels.length)} answers`;
    case 'box':
      return 'a box';
    case 'regression':
    case 'matching':
      return 'a score';
    case 'embeddings':
      return 'vectors';
    default:
      return `${formatCount(head.outputs)} words`;
  }
}

async function runPrepared(job: PreparedJob): Promise<Result> {
  const { recipe, registry, opened, executor, run, task, signal } = job;
  const { name: _name, ...settings } = recipe.method;
  job.listener({
    type: 'start',
    folder: run.folder,
    task: task.name,
    backbone: opened.name,
    method: recipe.method.name,
    executor: executor.name,
    metric: task.primaryMetric,
  });
  const trained = await train({
    backbone: opened.backbone,
    head: job.head,
    initial: job.initial,
    task,
    method: registry.methods.get(recipe.method.name),
    settings,
    train: smokeSettings(recipe.train, recipe.smoke),
    executor,
    reporters: [beginning(run), ...job.reporters],
    signal,
    checkpoints: job.checkpoints,
  });
  // Graphs of the evaluation come later: the peak that is measured is that of training.
  const plannedBytes = job.planned.bytes;
  try {
    const paths = await savePaths(job, trained);
    const evaluations = await evaluatePaths(paths, {
      ...job,
      split: 'test',
      batchSize: recipe.train.evaluateBatchSize,
      step: trained.steps,
      judge: true,
    });
    await writeExamples({ ...job, evaluations, split: 'test', step: trained.steps });
    const latencies = await timePaths(paths, { executor, task, split: 'test' });
    throwIfStopped(signal);
    const result = await measureResult({ ...job, trained, plannedBytes, evaluations, latencies });
    if (evaluations.faded) writeCard(job, result);
    finishPage(job.page, job, result);
    const finished = { ...result, files: hashRun(run.folder) };
    run.finish(finished);
    return finished;
  } finally {
    trained.dispose();
  }
}

/** Training has begun with its first step: until then a failure removes the run's folder. */
function beginning(run: RunFolder): Reporter {
  return { name: 'beginning', record: ({ type }) => void (type === 'step' && run.begin()) };
}

/** Saves what is kept, and opens it again from disk: what is measured is what was saved. */
async function savePaths(job: PreparedJob, trained: TrainedRun): Promise<RunnablePath[]> {
  const { method, state } = trained;
  const paths: RunnablePath[] = [];
  if (method.paths.includes('faded')) paths.push(await saveFaded(job, trained));
  if (!method.paths.includes('side')) return paths;
  const side = paths.length > 0 ? { onExecutor: flattenState(state) } : await saveSidePath(job, trained);
  return [...paths, { path: 'side', ...sideModel(job.opened.backbone, method), parameters: side }];
}

async function saveFaded(job: PreparedJob, { method, state }: TrainedRun): Promise<RunnablePath> {
  const { opened, head, task, run, registry, executor } = job;
  const ship = executor.prepare('ship', (trained: TrainState) => method.ship(trained));
  const shipped = await ship(state);
  const parameters = await readRecord(executor, shipped);
  disposeRecord(shipped);
  await ship.release();
  const { provider, backbone } = opened;
  const labels = task.labels;
  saveModel(run.file('model'), {
    provider,
    backbone,
    head,
    labels,
    parameters,
    task,
    files: task.savedFiles(),
  });
  const model = await openModel(run.file('model'), run.name, registry);
  return {
    path: 'faded',
    forward: (params, input) => runModel(model.opened.backbone, model.head, params, input),
    generation: model.opened.backbone.generation,
    parameters: model.parameters,
  };
}

/** The side network of a method that keeps it at inference. */
async function saveSidePath(job: PreparedJob, { method, state }: TrainedRun): Promise<HostRecord> {
  const { opened, head, task, run, executor, initial, recipe } = job;
  const { provider, backbone } = opened;
  const trained = {
    trained: await readRecord(executor, state.trained),
    side: await readRecord(executor, state.side),
  };
  const files = task.savedFiles();
  saveSide(run.file('side'), {
    provider,
    backbone,
    head,
    labels: task.labels,
    task: task.name,
    files,
    state: trained,
  });
  return loadSide(
    run.file('side'),
    method.initialize(await initial(), createRandom(recipe.train.seed).fork('method')),
    false,
  );
}
