/** Reporters: objects with optional hooks. metrics.jsonl, the terminal and later views all use this interface. */

export interface StepRecord {
  readonly type: 'step';
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly phase: string;
  readonly loss: number;
  /** Accuracy of the step's own batch, where the task's primary metric can be computed from it. */
  readonly metric?: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly learningRate: Readonly<Record<string, number>>;
  /** Everything that differs between two equal runs stands in here. */
  readonly time: StepTime;
}

export interface StepTime {
  readonly seconds: number;
  readonly elapsedSeconds: number;
  readonly samplesPerSecond: number;
  readonly remainingSeconds: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

export interface EvaluationRecord {
  readonly type: 'evaluation';
  readonly step: number;
  readonly split: string;
  readonly path: string;
  readonly examples: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly time: { readonly seconds: number };
}

export interface NoteRecord {
  readonly type: 'note';
  readonly step: number;
  readonly message: string;
}

export type RunRecord = StepRecord | EvaluationRecord | NoteRecord;

export interface ProgressRecord {
  readonly type: 'progress';
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

export interface Reporter {
  readonly name: string;
  record?(record: RunRecord): void;
  /** Transient progress (decoding, evaluation): for the live line only, never stored. */
  progress?(record: ProgressRecord): void;
  close?(): void;
}
