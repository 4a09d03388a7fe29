/** What a training says while it runs, in the order in which it happens. */
import type { NoteRecord, ProgressRecord, RunRecord } from '@mdpd/core';

/** Everything is ready: the first step comes next. */
export interface StartRecord {
  readonly type: 'start';
  /** Absolute path of the run's folder. */
  readonly folder: string;
  readonly task: string;
  /** `zoo:tiny-vit`, `hub:org/name`, a folder, or `fresh vit`. */
  readonly backbone: string;
  readonly method: string;
  readonly executor: string;
  /** Name of the task's main metric: what `metric` of a step is. */
  readonly metric: string;
}

/** `progress` is of the moment (decoding, evaluation); `step`, `evaluation` and some notes stand in metrics.jsonl too. */
export type TrainEvent = StartRecord | RunRecord | ProgressRecord;

export type Listener = (event: TrainEvent) => void;

/** A note before the first step. */
export function note(message: string): NoteRecord {
  return { type: 'note', step: 0, message };
}
