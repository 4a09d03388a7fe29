/**
 * A method on the tiny backbone and task, step by step, as the method checks need it.
 *
 * Letters: B batch.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  MdpdError,
  type Backbone,
  type Head,
  type HostRecord,
  type Method,
  type MethodProvider,
  type ParameterSpec,
  type StepInput,
  type StepResult,
  type Task,
  type TrainState,
} from '@mdpd/core';
import { measureBoundary } from '@mdpd/distill/engine/measure-boundary';
import { stepLoader } from '@mdpd/distill/engine/load-step';
import { planSteps } from '@mdpd/distill/engine/plan-steps';
import { advance, disposeState, stateParts } from '@mdpd/distill/engine/state';
import { tokenCounts } from '@mdpd/distill/token-counts';
import { eagerExecutor } from '@mdpd/tensor/eager-executor';
import { hostTensor } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import { tinyModel, type TinyModelName } from '../fixtures/tiny-models.ts';
import { modelUnderTest, uploadAll } from '../model-under-test.ts';
import { trainSettings } from '../training-job.ts';

/** A method with settings, to be checked. */
export interface MethodSubject {
  readonly provider: MethodProvider;
  /** As a recipe would say them, without the name. */
  readonly settings: object;
}

/** How long a run of a check is, and on which model. */
export interface RunOptions {
  readonly seed?: number;
  readonly steps?: number;
  /** Default: `one`. */
  readonly model?: TinyModelName;
  /** Replaces the subject's. */
  readonly settings?: object;
}

/** What a step reported. */
export interface Step {
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
  /** `StepResult.layers`. */
  readonly layers: Readonly<Record<string, readonly number[]>>;
  /** Tensors that the step left over and above the state. */
  readonly leaked: number;
}

/** A run that goes one step at a time. */
export interface MethodRun {
  readonly method: Method;
  readonly backbone: Backbone;
  readonly head: Head;
  readonly specs: readonly ParameterSpec[];
  readonly task: Task;
  /** Backbone and head before the first step. */
  readonly initial: HostRecord;
  readonly steps: number;
  /** The state after the steps so far. */
  state(): TrainState;
  /** The tensors of step `step`. */
  inputOf(step: number): Promise<StepInput>;
  /** Runs a step; `around` surrounds the step function. */
  step(around?: <T>(fn: () => T) => T): Promise<Step>;
  /** Frees the state. */
  dispose(): void;
}

/** Settings of a subject as its schema reads them. */
export const parse = ({ provider, settings }: MethodSubject): unknown => provider.settings.parse(settings);

/** Everything that a run is made of, before its first step. */
export async function startRun(subject: MethodSubject, options: RunOptions = {}): Promise<MethodRun> {
  const { seed = 1, steps = 30, model = 'one' } = options;
  const { provider } = subject;
  const settings = options.settings ?? parse(subject);
  const tiny = tinyModel(model);
  const { backbone, task } = tiny;
  const train = trainSettings({ steps, seed, batchSize: 12 });
  const plan = planSteps(task.splits.train!, train);
  const { head, specs, parameters } = modelUnderTest(tiny.provider, backbone, task.head);
  const boundary = provider.needsBoundary?.(settings)
    ? await boundaryOf(backbone, parameters, task)
    : undefined;
  const method = provider.create({
    backbone,
    head,
    parameters: specs,
    task,
    settings,
    optimization: train,
    steps,
    seed,
    hasUnlabelled: true,
    boundary,
  });
  const first = method.initialize(parameters, createRandom(seed).fork('method'));
  const load = inputLoader(method, backbone, stepLoader({ task, train }, method, plan));
  return new Run({ method, backbone, head, specs, task, initial: parameters, steps }, load, {
    frozen: uploadAll(first.frozen),
    trained: uploadAll(first.trained),
    side: uploadAll(first.side),
    optimizer: uploadAll(first.optimizer),
  });
}

async function boundaryOf(
  backbone: Backbone,
  initial: HostRecord,
  task: Task,
): Promise<Record<string, number> | undefined> {
  const backend = tf.getBackend();
  const executor = eagerExecutor({ name: backend, description: backend, threads: 1, backend });
  const batch = await task.splits.train!.load([0, 1, 2, 3], { augment: false, seed: 0, epoch: 0 });
  return measureBoundary({ backbone, executor, initial }, batch);
}

type InputLoader = (step: number) => Promise<StepInput>;

function inputLoader(method: Method, backbone: Backbone, load: ReturnType<typeof stepLoader>): InputLoader {
  return async (step) => {
    const { main, extra } = await load(step);
    const scalars = Object.entries(method.scalars(step)).map(([name, value]) => [
      name,
      hostTensor([value], []),
    ]);
    return {
      input: uploadAll(main.input),
      target: uploadAll(main.target),
      extra: Object.fromEntries(
        Object.entries(extra).map(([name, batch]) => [name, uploadAll(batch.input)] as const),
      ),
      noise: uploadAll(method.noise(step, main.size, tokenCounts(backbone, main.input))),
      scalars: uploadAll(Object.fromEntries(scalars) as HostRecord) as StepInput['scalars'],
    };
  };
}

type Fixed = Omit<MethodRun, 'state' | 'inputOf' | 'step' | 'dispose'>;

class Run implements MethodRun {
  readonly method: Method;
  readonly backbone: Backbone;
  readonly head: Head;
  readonly specs: readonly ParameterSpec[];
  readonly task: Task;
  readonly initial: HostRecord;
  readonly steps: number;
  readonly inputOf: InputLoader;
  private current: TrainState;
  private done = 0;

  constructor(fixed: Fixed, inputOf: InputLoader, state: TrainState) {
    this.method = fixed.method;
    this.backbone = fixed.backbone;
    this.head = fixed.head;
    this.specs = fixed.specs;
    this.task = fixed.task;
    this.initial = fixed.initial;
    this.steps = fixed.steps;
    this.inputOf = inputOf;
    this.current = state;
  }

  state(): TrainState {
    return this.current;
  }

  async step(around: <T>(fn: () => T) => T = (fn) => fn()): Promise<Step> {
    const before = tf.memory().numTensors;
    const known = countOf(this.current);
    const input = await this.inputOf(this.done);
    const fn = this.method.phases[this.method.phase(this.done)]!;
    const result = around(() => tf.tidy(() => fn(this.current, input) as unknown as tf.TensorContainer));
    const { loss, output, parts, layers = {}, state } = result as unknown as StepResult;
    const numbers = {
      loss: loss.dataSync()[0]!,
      parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.dataSync()[0]!])),
      layers: Object.fromEntries(
        Object.entries(layers).map(([name, vector]) => [name, Array.from(vector.dataSync())]),
      ),
    };
    this.current = advance(this.current, state);
    this.done += 1;
    tf.dispose([input, loss, output, parts, layers] as unknown as tf.TensorContainer);
    const leaked = tf.memory().numTensors - before - (countOf(this.current) - known);
    return { ...numbers, leaked };
  }

  dispose(): void {
    disposeState(this.current);
  }
}

function countOf(state: TrainState): number {
  return stateParts.reduce((sum, part) => sum + Object.keys(state[part]).length, 0);
}

/** Models of different kinds, as far as the method has something to train in them. */
export function modelsFor({ provider, settings }: MethodSubject): TinyModelName[] {
  return (['one', 'two', 'text', 'answer'] as const).filter((name) => {
    const { backbone, task } = tinyModel(name);
    const head = backbone.head(task.head.kind, task.head.outputs)!;
    try {
      provider.create({
        backbone,
        head,
        parameters: [...backbone.parameters, ...head.parameters],
        task,
        settings: provider.settings.parse(settings),
        optimization: trainSettings(),
        steps: 1,
        seed: 1,
        hasUnlabelled: false,
      });
      return true;
    } catch (error) {
      if (error instanceof MdpdError && error.code === 'NOTHING_TO_TRAIN') return false;
      throw error;
    }
  });
}

/** Runs some steps of a fresh run, and what is wanted of it. */
export async function withRun<T>(
  subject: MethodSubject,
  options: RunOptions & { readonly run?: number },
  use: (run: MethodRun, steps: readonly Step[]) => T | Promise<T>,
): Promise<T> {
  const run = await startRun(subject, options);
  try {
    const steps: Step[] = [];
    for (let step = 0; step < (options.run ?? 0); step++) steps.push(await run.step());
    return await use(run, steps);
  } finally {
    run.dispose();
  }
}
