/** Follows a run that another process trains, by what it writes. */
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { EvaluationRecord, RunRecord, StepRecord } from '@mdpd/core';
import { RecordLines } from '@mdpd/report/record-lines';
import type { Progress } from './progress.ts';
import { runFiles } from './run-folder.ts';
import { runState, type RunState } from './run-state.ts';

export interface WatchOptions {
  /** Folder of the run; need not be there yet. */
  readonly folder: string;
  /** The folder as the user typed it. */
  readonly name: string;
  readonly progress: Progress;
  /** Told the metric that the run is judged by, as far as that is known. */
  readonly onMetric: (name: string) => void;
  readonly signal: AbortSignal;
  /** Milliseconds between looks. */
  readonly interval?: number;
}

/** Where a run stands. */
export interface Standing {
  readonly state: RunState;
  readonly step?: StepRecord;
  /** Of the newest step that has any. */
  readonly evaluations: readonly EvaluationRecord[];
}

/** Reads a run's records as they come, and keeps what tells where it stands. */
export class RunWatch {
  private readonly options: WatchOptions;
  private readonly lines: RecordLines;
  private step: StepRecord | undefined;
  private evaluations: EvaluationRecord[] = [];
  /** What was told last. */
  private told: RunState['kind'] | undefined;
  /** What was seen last. */
  private seen: RunState['kind'] | undefined;
  private began = false;

  constructor(options: WatchOptions) {
    this.options = options;
    this.lines = new RecordLines(path.join(options.folder, runFiles.metrics));
  }

  /**
   * Looks once, and tells nothing.
   * @throws RECORDS_INVALID, RESULT_INVALID and what reading throws
   */
  look(): Standing {
    const state = runState(this.options.folder);
    this.catchUp(false);
    return this.standing(state);
  }

  /**
   * Tells `progress` what happens until the run is finished or has failed, or the signal is aborted: then the state is
   * `running`, or whatever it was. A run that was stopped, and one that is not there yet, is waited for.
   * @throws as `look`
   */
  async follow(): Promise<Standing> {
    const { folder, signal, interval = 200 } = this.options;
    for (;;) {
      // First: what comes to the file after its end was seen does not get lost.
      const state = runState(folder);
      this.catchUp(true);
      if (signal.aborted || state.kind === 'finished' || state.kind === 'failed') return this.standing(state);
      this.tell(state.kind);
      await setTimeout(interval, undefined, { signal }).catch(() => undefined);
    }
  }

  private standing(state: RunState): Standing {
    const { step, evaluations } = this;
    return { state, ...(step && { step }), evaluations };
  }

  /** A state that lasts a moment, as between recipe and lock of a new run, is not told. */
  private tell(kind: RunState['kind']): void {
    const lasts = kind === this.seen || kind === 'running';
    this.seen = kind;
    if (!lasts || kind === this.told) return;
    const { name, progress } = this.options;
    progress.say(`${name}: ${this.sentence(kind)}`);
    this.told = kind;
  }

  private sentence(kind: RunState['kind']): string {
    if (kind === 'stopped') return `stopped${this.where()}, no process works in it; waiting for it to go on`;
    if (kind === 'running') return this.told === 'stopped' ? `goes on${this.where()}` : 'running';
    return this.told === undefined
      ? 'there is no run yet; waiting for one'
      : 'the run is gone, as one that fails before its first step; waiting for another';
  }

  private where(): string {
    return this.step ? ` after step ${this.step.step} of ${this.step.steps}` : '';
  }

  /**
   * Reads all there is. What was there before is told in short: of its steps, the last. Of a file that was cut off all
   * was told before.
   */
  private catchUp(tells: boolean): void {
    const { progress, name } = this.options;
    let catching = !this.began;
    let restarted = false;
    for (let more = true; more;) {
      const read = this.lines.read();
      if (read.restarted) {
        this.restart();
        restarted = catching = true;
      }
      for (const record of read.records) this.take(record, tells && !restarted, catching);
      if (read.records.length > 0) this.began = true;
      more = read.more;
    }
    if (!tells) return;
    if (restarted && this.told === 'running') progress.say(`${name}: goes on${this.where()}`);
    if (catching && this.step) progress.show(this.step);
  }

  private restart(): void {
    this.options.progress.forget();
    [this.step, this.evaluations] = [undefined, []];
  }

  private take(record: RunRecord, tells: boolean, catching: boolean): void {
    const { progress, onMetric } = this.options;
    if (record.type === 'step') this.step = record;
    if (record.type === 'evaluation') {
      const [name] = Object.keys(record.metrics);
      if (name !== undefined) onMetric(name);
      this.evaluations = [...this.evaluations.filter(({ step }) => step === record.step), record];
    }
    if (record.type === 'step' && (catching || !tells)) progress.recall(record);
    else if (tells) progress.record(record);
  }
}
