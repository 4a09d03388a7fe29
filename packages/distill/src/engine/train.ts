/** The training loop that every method shares. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type {
  Backbone,
  Executor,
  Head,
  HostRecord,
  HostTensor,
  Method,
  MethodProvider,
  ModelPath,
  PreparedFunction,
  Reporter,
  StepInput,
  StepResult,
  Task,
  TrainSettings,
  TrainState,
} from '@mdpd/core';
import { MdpdError } from '@mdpd/core';
import { createRandom } from '@mdpd/tensor/random';
import { restore, type Checkpoints } from './checkpoints.ts';
import { initialNorms, LayerLog } from './layer-log.ts';
import { stepLoader, type StepBatches } from './load-step.ts';
import { measureBoundary } from './measure-boundary.ts';
import { planSteps, type StepPlan } from './plan-steps.ts';
import { SpikeGuard } from './spike-guard.ts';
import { advance, disposeChanges, disposeRecord, disposeState, uploadState } from './state.ts';
import { disposeInput, uploadStep } from './step-input.ts';
import { StepLog } from './step-log.ts';
import { breathe } from './stop.ts';
import { evaluateWhenDue, prepareEvaluators, type Evaluator } from './validate.ts';

export interface TrainingJob {
  readonly backbone: Backbone;
  readonly head: Head;
  /**
   * Backbone and head parameters by name, which are copied; or a function that makes them, whose result is taken over,
   * so that large models are in memory once.
   */
  readonly initial: HostRecord | (() => Promise<HostRecord>);
  readonly task: Task;
  readonly method: MethodProvider;
  /** Settings of the method, parsed by its schema. */
  readonly settings: unknown;
  readonly train: TrainSettings;
  readonly executor: Executor;
  readonly reporters: readonly Reporter[];
  readonly signal?: AbortSignal;
  /** Keeps states, and may know one to go on from; default: nothing is kept. */
  readonly checkpoints?: Checkpoints;
}

export interface TrainedRun {
  readonly method: Method;
  /** Tensors on the executor; `dispose` frees them. */
  readonly state: TrainState;
  readonly steps: number;
  readonly batchSize: number;
  /** Of the loop, evaluations and data loading included. */
  readonly seconds: number;
  /** Of a step alone. */
  readonly secondsPerStep: number;
  readonly samplesPerSecond: number;
  /** Largest resident set of the process up to the end of training, before any final evaluation. */
  readonly peakRssBytes: number;
  dispose(): void;
}

type Prepared = PreparedFunction<[TrainState, StepInput], StepResult>;

/** A run between two steps. */
interface Place {
  state: TrainState;
  /** Steps that are done. */
  done: number;
  /** Steps that are done in the state that is kept; 0 where none is. */
  kept: number;
  /** False while a step works on the state: its tensors may be half replaced. */
  whole: boolean;
}

/**
 * Trains from start to end, or from the state of `checkpoints` on. What stops it between two steps (a signal, data that
 * cannot be read, a full disk) leaves that state kept.
 * Throws INTERRUPTED when the signal was aborted, TRAIN_NOT_FINITE on a broken loss, CHECKPOINT_MISMATCH where the
 * state is not one of this job.
 */
export async function train(job: TrainingJob): Promise<TrainedRun> {
  const { executor, task } = job;
  const dataset = task.splits.train;
  if (!dataset) throw new MdpdError('DATA_NO_TRAIN', 'the recipe names no training data', { exitCode: 2 });
  const plan = planSteps(dataset, job.train);
  const { method, boundary, state, norms } = await begin(job, plan);
  const from = job.checkpoints?.resumed?.step ?? 0;
  const log = new StepLog(job, plan, job.checkpoints?.resumed);
  const layerLog = new LayerLog({ job, plan, method, norms });
  const place: Place = { state, done: from, kept: from, whole: true };
  const guard = SpikeGuard.of(job.train, job.checkpoints?.resumed?.losses);
  const keep = async (): Promise<void> => {
    const read = (tensor: Tensor): Promise<HostTensor> => executor.read(tensor);
    const { state: current, done: step } = place;
    const timing = log.timing();
    const losses = guard?.history();
    await job.checkpoints?.save({ step, steps: plan.steps, boundary, state: current, timing, losses, read });
    place.kept = place.done;
  };
  const phases = preparePhases(executor, method, guard !== undefined);
  const evaluators = prepareEvaluators(job, method);
  try {
    await takeSteps({ job, plan, method, phases, evaluators, log, layerLog, guard, place, keep });
  } catch (error) {
    // The error is what the user must hear of; that the state could not be kept either is no news beside it.
    if (place.whole && place.done > place.kept) await keep().catch(() => {});
    disposeState(place.state);
    throw error;
  } finally {
    const outputs = [...evaluators.values()].map(({ prepared }) => prepared);
    await Promise.all([...phases.values(), ...outputs].map((each) => each.release()));
  }
  return {
    method,
    state: place.state,
    steps: plan.steps,
    batchSize: plan.batchSize,
    ...log.summary(),
    dispose: () => disposeState(place.state),
  };
}

interface Loop {
  readonly job: TrainingJob;
  readonly plan: StepPlan;
  readonly method: Method;
  readonly phases: Map<string, Prepared>;
  readonly evaluators: ReadonlyMap<ModelPath, Evaluator>;
  readonly log: StepLog;
  readonly layerLog: LayerLog;
  readonly guard: SpikeGuard | undefined;
  readonly place: Place;
  readonly keep: () => Promise<void>;
}

async function takeSteps(loop: Loop): Promise<void> {
  const { job, plan, method, phases, evaluators, place } = loop;
  const lastSteps = lastStepsOf(method, plan.steps);
  for (const [phase, last] of lastSteps) if (last < place.done) await releasePhase(phases, phase);
  const evaluateHere = (): Promise<void> =>
    evaluateWhenDue(job, method, evaluators, place.state, plan, place.done - 1);
  // A state is kept before its evaluation, which may take long.
  if (place.done > 0) await evaluateHere();
  const load = stepLoader(job, method, plan);
  let next = place.done < plan.steps ? load(place.done) : undefined;
  while (next) {
    const step = place.done;
    await breathe(job.signal);
    const batches = await next;
    next = step + 1 < plan.steps ? load(step + 1) : undefined;
    await takeStep(loop, batches, step);
    const phase = method.phase(step);
    if (lastSteps.get(phase) === step) await releasePhase(phases, phase);
    const due = job.checkpoints?.reached(place.done) === true || place.done === plan.steps;
    if (job.checkpoints && due) await loop.keep();
    await evaluateHere();
  }
}

async function takeStep(
  { job, method, phases, log, layerLog, guard, place }: Loop,
  batches: StepBatches,
  step: number,
): Promise<void> {
  const phase = method.phase(step);
  log.start();
  const input = uploadStep(job, method, batches, step);
  place.whole = false;
  // Freed before the step's numbers are read: with what is read, the buffers come back for the next batch.
  const result = await phases.get(phase)!(place.state, input).finally(() => disposeInput(input));
  place.state = await afterStep({ job, guard, step, phase }, place.state, result);
  await log
    .finish(step, phase, result, batches.main, method.scalars(step))
    .then(() => layerLog.report(step, place.state, result))
    .finally(() => disposeResult(result));
  place.done = step + 1;
  place.whole = true;
}

/** Where the state before a step may be needed after it, none of its memory is taken over. */
function preparePhases(executor: Executor, method: Method, keepsState: boolean): Map<string, Prepared> {
  const options = keepsState ? {} : { donate: { argument: 0, result: 'state' } as const };
  return new Map(
    Object.entries(method.phases).map(([name, fn]) => [name, executor.prepare(name, fn, options)]),
  );
}

interface DoneStep {
  readonly job: TrainingJob;
  readonly guard: SpikeGuard | undefined;
  readonly step: number;
  readonly phase: string;
}

/** The state after a step: what it made, or, where the guard says so, the one before it. */
async function afterStep(
  { job, guard, step, phase }: DoneStep,
  state: TrainState,
  result: StepResult,
): Promise<TrainState> {
  const loss = guard && (await job.executor.read(result.loss)).data[0]!;
  const reason = loss === undefined ? undefined : guard?.judge(phase, loss);
  if (reason === undefined) return advance(state, result.state);
  disposeChanges(state, result.state);
  const message = `step ${step + 1} is left out: ${reason}`;
  job.reporters.forEach((reporter) => reporter.record?.({ type: 'note', step: step + 1, message }));
  return state;
}

/** The last step of every phase that has any. */
function lastStepsOf(method: Method, steps: number): Map<string, number> {
  const last = new Map<string, number>();
  for (let step = 0; step < steps; step++) last.set(method.phase(step), step);
  return last;
}

/** Compiled phases hold memory, one graph for every length of texts: one that is over gives it back. */
async function releasePhase(phases: Map<string, Prepared>, name: string): Promise<void> {
  const phase = phases.get(name)!;
  phases.delete(name);
  await phase.release();
}

interface Beginning {
  readonly method: Method;
  readonly boundary: Readonly<Record<string, number>> | undefined;
  readonly state: TrainState;
  /** What `Method.layers` compares with. */
  readonly norms: HostRecord;
}

/** The method and the state to begin with, on the executor. */
async function begin(job: TrainingJob, plan: StepPlan): Promise<Beginning> {
  const own = typeof job.initial === 'function';
  const initial = typeof job.initial === 'function' ? await job.initial() : job.initial;
  const resumed = job.checkpoints?.resumed;
  const boundary = resumed ? resumed.boundary : await boundaryOf(job, initial, plan);
  const method = createMethod(job, plan, boundary);
  const fresh = method.initialize(initial, createRandom(job.train.seed).fork('method'));
  const state = resumed ? restore(fresh, resumed) : fresh;
  // Copied before the executor takes the arrays over.
  const specs = [...job.backbone.parameters, ...job.head.parameters];
  const norms = method.layers ? initialNorms(specs, initial) : {};
  return { method, boundary, state: uploadState(job.executor, state, own), norms };
}

/** Measured on the first batch, where the method asks for it. */
async function boundaryOf(
  job: TrainingJob,
  initial: HostRecord,
  plan: StepPlan,
): Promise<Beginning['boundary']> {
  if (!job.method.needsBoundary?.(job.settings)) return undefined;
  const options = { augment: false, seed: 0, epoch: 0 };
  const batch = await job.task.splits.train!.load([...plan.indices(0)], options);
  return measureBoundary({ ...job, initial }, batch);
}

function createMethod(job: TrainingJob, plan: StepPlan, boundary: Beginning['boundary']): Method {
  const { backbone, head, task, settings } = job;
  const context = {
    backbone,
    head,
    parameters: [...backbone.parameters, ...head.parameters],
    task,
    settings,
    optimization: job.train,
    steps: plan.steps,
    seed: job.train.seed,
    hasUnlabelled: (task.splits.unlabelled?.size ?? 0) > 0,
  };
  return job.method.create(boundary ? { ...context, boundary } : context);
}

function disposeResult(result: StepResult): void {
  result.loss.dispose();
  result.output.dispose();
  disposeRecord(result.parts);
  disposeRecord(result.layers ?? {});
}
