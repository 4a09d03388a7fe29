/**
 * The state and the batch of one step of a run, taken again: everything that a step reads follows from the recipe and the
 * number of the step, so the steps before it are trained once more and lead to the same state.
 */
import {
  MdpdError,
  type Executor,
  type HostRecord,
  type Method,
  type MethodProvider,
  type PreparedFunction,
  type PrepareOptions,
  type StepInput,
  type TrainState,
  type TrainStateHost,
} from '@mdpd/core';
import { planSteps } from './plan-steps.ts';
import { readRecord } from './state.ts';
import { train, type TrainingJob } from './train.ts';

/** What a step reads, in JavaScript memory. */
export interface HostStep {
  /** From 0. */
  readonly step: number;
  readonly steps: number;
  readonly phase: string;
  readonly epoch: number;
  /** Of the examples of its batch, in the training split. */
  readonly indices: readonly number[];
  readonly method: Method;
  /** As it was before the step. */
  readonly state: TrainStateHost;
  readonly input: Readonly<Record<Exclude<keyof StepInput, 'extra'>, HostRecord>>;
  readonly extra: Readonly<Record<string, HostRecord>>;
}

/**
 * Trains up to a step, which itself is not run. Nothing is evaluated or reported on the way. A job that goes on from a
 * kept state begins there.
 * @param step - from 0
 * @throws REPLAY_STEP for a step that the run does not have, and what training throws
 */
export async function stepOf(job: TrainingJob, step: number): Promise<HostStep> {
  const dataset = job.task.splits.train;
  const plan = dataset && planSteps(dataset, job.train);
  if (!plan || step >= plan.steps) {
    throw new MdpdError('REPLAY_STEP', `the run has no step ${step + 1}`, {
      allowed: `1 to ${plan?.steps ?? 0}`,
      exitCode: 2,
    });
  }
  const watch = new StepWatch(step);
  const { steps } = plan;
  const quiet = { ...job.train, evaluateEvery: 0, logEvery: steps + 1 };
  const method = watch.methodOf(job.method);
  try {
    const trained = await train({
      ...job,
      train: quiet,
      method,
      executor: watch.executorOf(job.executor),
      reporters: [],
    });
    trained.dispose();
  } catch (thrown) {
    if (!(thrown instanceof Reached)) throw thrown;
    const about = { step, steps, phase: thrown.found.method.phase(step), epoch: plan.epoch(step) };
    return { ...thrown.found, ...about, indices: [...plan.indices(step)] };
  }
  throw new Error(`step ${step + 1} was passed over`);
}

type Found = Pick<HostStep, 'method' | 'state' | 'input' | 'extra'>;

/** Ends the training where it is to be looked at. */
class Reached extends Error {
  readonly found: Found;

  constructor(found: Found) {
    super('the step was reached');
    this.found = found;
  }
}

/** Sees which step the loop is at, and takes what its function is called with. */
class StepWatch {
  private readonly wanted: number;
  private method: Method | undefined;
  private at = -1;

  constructor(wanted: number) {
    this.wanted = wanted;
  }

  methodOf(provider: MethodProvider): MethodProvider {
    return {
      ...provider,
      create: (context) => {
        const method = provider.create(context);
        this.method = method;
        const scalars = (step: number): Record<string, number> => {
          this.at = step;
          return method.scalars(step);
        };
        return { ...method, scalars };
      },
    };
  }

  executorOf(executor: Executor): Executor {
    return {
      name: executor.name,
      description: executor.description,
      threads: executor.threads,
      upload: (...args) => executor.upload(...args),
      read: (tensor) => executor.read(tensor),
      memory: () => executor.memory(),
      stop: () => executor.stop(),
      prepare: <Args extends readonly unknown[], Result>(
        name: string,
        fn: (...args: Args) => Result,
        options?: PrepareOptions,
      ): PreparedFunction<Args, Result> => {
        const prepared = executor.prepare(name, fn, options);
        const isStep = Object.values(this.method?.phases ?? {}).some((phase) => (phase as unknown) === fn);
        if (!isStep) return prepared;
        const call = async (...args: Args): Promise<Result> => {
          if (this.at !== this.wanted) return prepared(...args);
          throw new Reached(await this.take(executor, ...(args as unknown as [TrainState, StepInput])));
        };
        return Object.assign(call, { release: () => prepared.release() });
      },
    };
  }

  private async take(executor: Executor, state: TrainState, input: StepInput): Promise<Found> {
    const read = (record: Parameters<typeof readRecord>[1]): Promise<HostRecord> =>
      readRecord(executor, record);
    const extra: Record<string, HostRecord> = {};
    for (const [name, record] of Object.entries(input.extra)) extra[name] = await read(record);
    return {
      method: this.method!,
      extra,
      state: {
        frozen: await read(state.frozen),
        trained: await read(state.trained),
        side: await read(state.side),
        optimizer: await read(state.optimizer),
      },
      input: {
        input: await read(input.input),
        target: await read(input.target),
        noise: await read(input.noise),
        scalars: await read(input.scalars),
      },
    };
  }
}
