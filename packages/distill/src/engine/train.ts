/** The training loop that every method shares. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type {
  Backbone,
  Executor,
  Head,
  HostRecord,
  Method,
  MethodProvider,
  ModelPath,
  PreparedFunction,
  Reporter,
  StepInput,
  StepResult,
  Task,
  TensorRecord,
  TrainSettings,
  TrainState,
} from '@mdpd/core';
import { MdpdError } from '@mdpd/core';
import { generationOf, generationWith } from '@mdpd/tensor/generate';
import { createRandom } from '@mdpd/tensor/random';
import { evaluate } from './evaluate.ts';
import { stepLoader, type StepBatches } from './load-step.ts';
import { measureBoundary } from './measure-boundary.ts';
import { prepareOutputs, type AnsweringModel, type Outputs } from './outputs.ts';
import { planSteps, type StepPlan } from './plan-steps.ts';
import { advance, disposeRecord, disposeState, uploadRecord, uploadState } from './state.ts';
import { StepLog } from './step-log.ts';
import { tokenCounts } from '../token-counts.ts';
import { breathe } from './stop.ts';

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

/** Trains from start to end. Throws INTERRUPTED when the signal was aborted, TRAIN_NOT_FINITE on a broken loss. */
export async function train(job: TrainingJob): Promise<TrainedRun> {
  const { executor, task } = job;
  const dataset = task.splits.train;
  if (!dataset) throw new MdpdError('DATA_NO_TRAIN', 'the recipe names no training data', { exitCode: 2 });
  const plan = planSteps(dataset, job.train);
  const { method, state: begun } = await begin(job, plan);
  let state = begun;
  const phases = preparePhases(executor, method);
  const lastSteps = lastStepsOf(method, plan.steps);
  const evaluators = prepareEvaluators(job, method);
  const log = new StepLog(job, plan);
  try {
    const load = stepLoader(job, method, plan);
    let next = load(0);
    for (let step = 0; step < plan.steps; step++) {
      await breathe(job.signal);
      const batches = await next;
      if (step + 1 < plan.steps) next = load(step + 1);
      const phase = method.phase(step);
      log.start();
      const input = uploadStep(job, method, batches, step);
      try {
        const result = await phases.get(phase)!(state, input);
        state = advance(state, result.state);
        await log
          .finish(step, phase, result, batches.main, method.scalars(step))
          .finally(() => disposeResult(result));
      } finally {
        disposeInput(input);
      }
      if (lastSteps.get(phase) === step) await releasePhase(phases, phase);
      await evaluateWhenDue(job, method, evaluators, state, plan, step);
    }
  } catch (error) {
    disposeState(state);
    throw error;
  } finally {
    const outputs = [...evaluators.values()].map(({ prepared }) => prepared);
    await Promise.all([...phases.values(), ...outputs].map((each) => each.release()));
  }
  return {
    method,
    state,
    steps: plan.steps,
    batchSize: plan.batchSize,
    ...log.summary(),
    dispose: () => disposeState(state),
  };
}

function preparePhases(executor: Executor, method: Method): Map<string, Prepared> {
  const donate = { argument: 0, result: 'state' } as const;
  return new Map(
    Object.entries(method.phases).map(([name, fn]) => [name, executor.prepare(name, fn, { donate })]),
  );
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

/** The method and its first state, on the executor. */
async function begin(job: TrainingJob, plan: StepPlan): Promise<{ method: Method; state: TrainState }> {
  const own = typeof job.initial === 'function';
  const initial = typeof job.initial === 'function' ? await job.initial() : job.initial;
  const method = await createMethod(job, initial, plan);
  const random = createRandom(job.train.seed).fork('method');
  return { method, state: uploadState(job.executor, method.initialize(initial, random), own) };
}

async function createMethod(job: TrainingJob, initial: HostRecord, plan: StepPlan): Promise<Method> {
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
  if (!job.method.needsBoundary?.(settings)) return job.method.create(context);
  const batch = await task.splits.train!.load([...plan.indices(0)], { augment: false, seed: 0, epoch: 0 });
  return job.method.create({ ...context, boundary: await measureBoundary({ ...job, initial }, batch) });
}

function uploadStep(
  { executor, backbone }: TrainingJob,
  method: Method,
  { main, extra }: StepBatches,
  step: number,
): StepInput {
  const scalars = Object.entries(method.scalars(step)).map(([name, value]) => [
    name,
    executor.upload({ data: Float32Array.of(value), shape: [], dtype: 'float32' }),
  ]);
  return {
    input: uploadRecord(executor, main.input),
    target: uploadRecord(executor, main.target),
    extra: Object.fromEntries(
      Object.entries(extra).map(([name, batch]) => [name, uploadRecord(executor, batch.input)]),
    ),
    noise: uploadRecord(executor, method.noise(step, main.size, tokenCounts(backbone, main.input))),
    scalars: Object.fromEntries(scalars) as StepInput['scalars'],
  };
}

function disposeInput(input: StepInput): void {
  disposeRecord(input.input);
  disposeRecord(input.target);
  Object.values(input.extra).forEach(disposeRecord);
  disposeRecord(input.noise);
  disposeRecord(input.scalars as TensorRecord);
}

function disposeResult(result: StepResult): void {
  result.loss.dispose();
  result.output.dispose();
  disposeRecord(result.parts);
}

type Evaluator = AnsweringModel<TrainState> & { readonly prepared: Outputs<TrainState> };

function prepareEvaluators(
  { executor, backbone, task }: TrainingJob,
  method: Method,
): Map<ModelPath, Evaluator> {
  return new Map(
    method.paths.map((path) => {
      const model = modelOfPath(backbone, method, path);
      return [path, { ...model, prepared: prepareOutputs(executor, `validate ${path}`, model, task) }];
    }),
  );
}

/** A path of a method as a model of the whole state. */
function modelOfPath(
  { generation }: Pick<Backbone, 'generation'>,
  method: Method,
  path: ModelPath,
): AnsweringModel<TrainState> {
  const forward = (state: TrainState, input: Readonly<TensorRecord>): Tensor =>
    method.forward(path, state, input);
  if (!generation) return { forward };
  const answering =
    path === 'faded'
      ? generationWith(generation, (state: TrainState) => method.ship(state))
      : generationOf(generation, forward);
  return { forward, generation: answering };
}

async function evaluateWhenDue(
  job: TrainingJob,
  method: Method,
  evaluators: ReadonlyMap<ModelPath, Evaluator>,
  state: TrainState,
  plan: StepPlan,
  step: number,
): Promise<void> {
  const dataset = job.task.splits.validation;
  const every = Math.round(job.train.evaluateEvery * plan.stepsPerEpoch);
  if (!dataset || every < 1 || (step + 1) % every !== 0) return;
  for (const path of method.paths) {
    const { metrics, examples, seconds } = await evaluate({
      ...job,
      dataset,
      batchSize: job.train.evaluateBatchSize,
      params: state,
      ...evaluators.get(path)!,
    });
    const record = {
      type: 'evaluation',
      step: step + 1,
      split: 'validation',
      path,
      examples,
      metrics,
    } as const;
    job.reporters.forEach((reporter) => reporter.record?.({ ...record, time: { seconds } }));
  }
}
