/** Reports what the layers of a method say, where an evaluation is due and after the last step. */
import type { Executor, HostRecord, Method, ParameterSpec, StepResult, TrainState } from '@mdpd/core';
import type { StepPlan } from './plan-steps.ts';
import type { TrainingJob } from './train.ts';
import { isEvaluationDue } from './validate.ts';

/** What a run begins with, as far as layers are compared with it: copies of parameters of kind `norm`. */
export function initialNorms(specs: readonly ParameterSpec[], initial: HostRecord): HostRecord {
  const norms = specs.filter(({ kind }) => kind === 'norm');
  return Object.fromEntries(
    norms.map(({ name }) => [name, { ...initial[name]!, data: initial[name]!.data.slice() }]),
  );
}

/** The run whose layers are reported. */
export interface LayerLogOptions {
  readonly job: TrainingJob;
  readonly plan: StepPlan;
  readonly method: Method;
  /** What `initialNorms` gave. */
  readonly norms: HostRecord;
}

/** Asks the method, and tells the reporters. */
export class LayerLog {
  private readonly options: LayerLogOptions;

  constructor(options: LayerLogOptions) {
    this.options = options;
  }

  /**
   * After step `step` (from 0), before its state is kept: a run that goes on from there has the record already, and one that
   * goes on from before writes it again.
   */
  async report(step: number, state: TrainState, { layers = {} }: StepResult): Promise<void> {
    const { job, plan, method, norms } = this.options;
    const isDue = step + 1 === plan.steps || isEvaluationDue(job, plan, step);
    if (!isDue || !method.layers || job.reporters.length === 0) return;
    const { executor } = job;
    const numbers = await method.layers({
      state,
      initialNorms: norms,
      step: await readVectors(executor, layers),
      read: (tensor) => executor.read(tensor),
    });
    const record = { type: 'layers', step: step + 1, ...numbers } as const;
    job.reporters.forEach((reporter) => reporter.record?.(record));
  }
}

async function readVectors(
  executor: Executor,
  vectors: NonNullable<StepResult['layers']>,
): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const [name, tensor] of Object.entries(vectors))
    found[name] = Array.from((await executor.read(tensor)).data);
  return found;
}
