/** Turns the result of a step into a line of metrics, and keeps the run's time figures. */
import type { Batch, RunRecord, StepResult, Task } from '@mdpd/core';
import { rss } from '@mdpd/tensor/memory-meter';
import type { ResumedState, RunTiming } from './checkpoints.ts';
import { notFinite } from './not-finite.ts';
import type { StepPlan } from './plan-steps.ts';
import type { TrainedRun, TrainingJob } from './train.ts';

/** Steps whose time is left out of the rate: they warm up compilers and caches. */
const warmUpSteps = 3;

const nothing: RunTiming = { seconds: 0, timedSeconds: 0, timedSteps: 0, stepSeconds: 0, peakRssBytes: 0 };

export class StepLog {
  private readonly job: TrainingJob;
  private readonly plan: StepPlan;
  /** Steps that other processes did before. */
  private readonly from: number;
  private readonly before: RunTiming;
  private readonly began = performance.now();
  private stepBegan = 0;
  private timedSeconds: number;
  private timedSteps: number;
  private stepSeconds: number;

  /** @param resumed - what other processes did before */
  constructor(job: TrainingJob, plan: StepPlan, resumed?: Pick<ResumedState, 'step' | 'timing'>) {
    this.job = job;
    this.plan = plan;
    this.from = resumed?.step ?? 0;
    this.before = resumed?.timing ?? nothing;
    ({
      timedSeconds: this.timedSeconds,
      timedSteps: this.timedSteps,
      stepSeconds: this.stepSeconds,
    } = this.before);
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
    if (![loss, ...Object.values(parts)].every(Number.isFinite)) {
      const epoch = this.plan.epoch(step);
      const indices = [...this.plan.indices(step)];
      throw await notFinite(this.job, {
        step,
        phase,
        epoch,
        indices,
        batch,
        loss,
        parts,
        state: result.state,
      });
    }
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

  timing(): RunTiming {
    const { timedSeconds, timedSteps, stepSeconds } = this;
    return {
      seconds: this.elapsedSeconds(),
      timedSeconds,
      timedSteps,
      stepSeconds,
      peakRssBytes: this.memory().peakRssBytes,
    };
  }

  summary(): Pick<TrainedRun, 'seconds' | 'secondsPerStep' | 'samplesPerSecond' | 'peakRssBytes'> {
    const secondsPerStep = this.rate();
    return {
      seconds: this.elapsedSeconds(),
      secondsPerStep,
      samplesPerSecond: secondsPerStep > 0 ? this.plan.batchSize / secondsPerStep : 0,
      peakRssBytes: this.memory().peakRssBytes,
    };
  }

  private elapsedSeconds(): number {
    return this.before.seconds + (performance.now() - this.began) / 1000;
  }

  /** The peak is that of all processes. */
  private memory(): { readonly rssBytes: number; readonly peakRssBytes: number } {
    const { rssBytes, peakRssBytes } = rss();
    return { rssBytes, peakRssBytes: Math.max(peakRssBytes, this.before.peakRssBytes) };
  }

  private count(step: number, seconds: number): void {
    this.stepSeconds += seconds;
    if (step - this.from < warmUpSteps) return;
    this.timedSeconds += seconds;
    this.timedSteps += 1;
  }

  private rate(): number {
    if (this.timedSteps > 0) return this.timedSeconds / this.timedSteps;
    return this.plan.steps > 0 ? this.stepSeconds / this.plan.steps : 0;
  }

  private time(step: number, seconds: number): Extract<RunRecord, { type: 'step' }>['time'] {
    const elapsed = this.elapsedSeconds();
    return {
      seconds,
      elapsedSeconds: elapsed,
      samplesPerSecond: this.plan.batchSize / seconds,
      remainingSeconds: (elapsed / (step + 1)) * (this.plan.steps - step - 1),
      ...this.memory(),
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
