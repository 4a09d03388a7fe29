/** Turns the result of a step into a line of metrics, and keeps the run's time figures. */
import type { Batch, RunRecord, StepResult, Task } from '@mdpd/core';
import { MdpdError } from '@mdpd/core';
import { rss } from '@mdpd/tensor/memory-meter';
import type { StepPlan } from './plan-steps.ts';
import type { TrainedRun, TrainingJob } from './train.ts';

/** Steps whose time is left out of the rate: they warm up compilers and caches. */
const warmUpSteps = 3;

export class StepLog {
  private readonly job: TrainingJob;
  private readonly plan: StepPlan;
  private readonly began = performance.now();
  private stepBegan = 0;
  private timedSeconds = 0;
  private timedSteps = 0;
  private allSeconds = 0;

  constructor(job: TrainingJob, plan: StepPlan) {
    this.job = job;
    this.plan = plan;
  }

  start(): void {
    this.stepBegan = performance.now();
  }

  /** Reads the step's numbers (which waits for the step), checks them and reports them. */
  async finish(
    step: number,
    phase: string,
    result: StepResult,
    batch: Batch,
    scalars: Record<string, number>,
  ): Promise<void> {
    const { executor, reporters, train, task } = this.job;
    const loss = (await executor.read(result.loss)).data[0]!;
    const seconds = (performance.now() - this.stepBegan) / 1000;
    this.count(step, seconds);
    const parts: Record<string, number> = {};
    for (const [name, value] of Object.entries(result.parts))
      parts[name] = (await executor.read(value)).data[0]!;
    if (![loss, ...Object.values(parts)].every(Number.isFinite)) throw notFinite(step, loss, parts);
    const last = step + 1 === this.plan.steps;
    if (step % train.logEvery !== 0 && !last) return;
    const output = (await executor.read(result.output)).data as Float32Array;
    const record: RunRecord = {
      type: 'step',
      step: step + 1,
      steps: this.plan.steps,
      epoch: this.plan.epoch(step),
      phase,
      loss,
      metric: batchMetric(task, output, batch),
      parts,
      learningRate: rates(scalars),
      time: this.time(step, seconds),
    };
    for (const reporter of reporters) reporter.record?.(record);
  }

  summary(): Pick<TrainedRun, 'seconds' | 'secondsPerStep' | 'samplesPerSecond' | 'peakRssBytes'> {
    const perStep = this.rate();
    return {
      seconds: (performance.now() - this.began) / 1000,
      secondsPerStep: perStep,
      samplesPerSecond: perStep > 0 ? this.plan.batchSize / perStep : 0,
      peakRssBytes: rss().peakRssBytes,
    };
  }

  private count(step: number, seconds: number): void {
    this.allSeconds += seconds;
    if (step < warmUpSteps) return;
    this.timedSeconds += seconds;
    this.timedSteps += 1;
  }

  private rate(): number {
    if (this.timedSteps > 0) return this.timedSeconds / this.timedSteps;
    return this.plan.steps > 0 ? this.allSeconds / this.plan.steps : 0;
  }

  private time(step: number, seconds: number): Extract<RunRecord, { type: 'step' }>['time'] {
    const elapsed = (performance.now() - this.began) / 1000;
    return {
      seconds,
      elapsedSeconds: elapsed,
      samplesPerSecond: this.plan.batchSize / seconds,
      remainingSeconds: (elapsed / (step + 1)) * (this.plan.steps - step - 1),
      ...rss(),
    };
  }
}

function batchMetric(task: Task, output: Float32Array, batch: Batch): number {
  const metrics = task.metrics();
  metrics.add(output, batch.target, batch.size);
  return metrics.result()[task.primaryMetric]!;
}

function rates(scalars: Record<string, number>): Record<string, number> {
  const entries = Object.entries(scalars).filter(([name]) => name.startsWith('rate.'));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice('rate.'.length), value]));
}

function notFinite(step: number, loss: number, parts: Record<string, number>): MdpdError {
  const broken = Object.entries(parts).filter(([, value]) => !Number.isFinite(value));
  const named = broken.map(([name, value]) => `${name} = ${value}`).join(', ') || `loss = ${loss}`;
  return new MdpdError('TRAIN_NOT_FINITE', `the loss is no longer a number: ${named}`, {
    place: `step ${step + 1}`,
    fix: 'lower train.learningRate, or set train.clipNorm=1',
  });
}
