/** Reporters: objects with optional hooks. metrics.jsonl, the terminal and those of plugins all use this interface. */
import type { Recipe } from './recipe.ts';

/** An optimizer step, as a line of metrics.jsonl has it. */
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

/** How long a step took, in seconds, and how much memory the process has, in bytes. */
export interface StepTime {
  readonly seconds: number;
  readonly elapsedSeconds: number;
  readonly samplesPerSecond: number;
  readonly remainingSeconds: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

/** An evaluation of a split, as a line of metrics.jsonl has it. */
export interface EvaluationRecord {
  readonly type: 'evaluation';
  readonly step: number;
  readonly split: string;
  readonly path: string;
  readonly examples: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly time: { readonly seconds: number };
}

/** Something that happened at a step, in words. */
export interface NoteRecord {
  readonly type: 'note';
  readonly step: number;
  readonly message: string;
}

/**
 * What the layers of a method say, as a line of metrics.jsonl has it: at evaluations, and after the last step.
 */
export interface LayersRecord {
  readonly type: 'layers';
  readonly step: number;
  /**
   * A number for every layer, by what it is (`gate`, `featureLoss`, `normDrift`) and stream (`image`): of the taps 0 … L, or of
   * the blocks 1 … L. null where a layer has none.
   */
  readonly layers: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
  /** The last shallow layer by stream, where the method has one. */
  readonly boundary?: Readonly<Record<string, number>>;
}

/** What is stored of a run, in order: the lines of metrics.jsonl. */
export type RunRecord = StepRecord | EvaluationRecord | LayersRecord | NoteRecord;

/** How far something is that takes a while: `done` of `total`. Not stored. */
export interface ProgressRecord {
  readonly type: 'progress';
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** Is told what happens in one run. Every hook may be left out. */
export interface Reporter {
  readonly name: string;
  /** Every record, in order, as soon as it is there. */
  record?(record: RunRecord): void;
  /** Transient progress (decoding, evaluation): for the live line only, never stored. */
  progress?(record: ProgressRecord): void;
  /** Once, at the end of the run, whether it succeeded or not. */
  close?(): void | Promise<void>;
}

/** A run, as a reporter is told about it before its first record. */
export interface RunContext {
  /** Absolute path of the run's folder, which is there. */
  readonly folder: string;
  /** As resolved, every default written out. */
  readonly recipe: Recipe;
  /** The recipe's file, as the user named it. */
  readonly recipeFile: string;
  /** Working directory of the command. */
  readonly directory: string;
}

/** Reporters of a plugin: every training run has one of its own, which gets every record of that run. */
export interface ReporterProvider {
  readonly name: string;
  readonly description: string;
  /** Called once a run. What a reporter throws ends the reporter with a warning, never the run. */
  create(run: RunContext): Reporter;
}
