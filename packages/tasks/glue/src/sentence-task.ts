/**
 * Classes or scores of sentences and pairs as the training loop sees them.
 *
 * Letters: B batch, C classes.
 */
import type {
  Dataset,
  MetricAccumulator,
  Prediction,
  SplitName,
  Submission,
  Task,
  TensorRecord,
} from '@mdpd/core';
import { decodeClass } from '@mdpd/data/class-outputs';
import { crossEntropy, distillationKl } from '@mdpd/tensor/losses';
import type { Tensor } from '@tensorflow/tfjs-core';
import { savedSettings, settingsFile, type SavedSettings } from './saved-settings.ts';
import { squaredError } from './score-loss.ts';
import { parseSentences } from './sentence-input.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';

export interface SentenceTaskOptions {
  readonly name: string;
  readonly kind: 'classification' | 'regression';
  /** Class names in label order; one for a regression. */
  readonly labels: readonly string[];
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
  readonly primaryMetric: string;
  metrics(): MetricAccumulator;
  /** Unit of squared errors: the variance of the training scores. Default 1: nothing is trained. */
  readonly unit?: number;
  readonly encoder: SentenceEncoder;
  /** Undefined: a model that does not say how many sentences it reads takes one or two. */
  readonly sentences: 1 | 2 | undefined;
  /** Name of the task of GLUE. */
  readonly task?: string;
  readonly submission?: Submission;
}

/** A score for people: two significant digits, whole numbers whole. Raters agree on no more. */
export function scoreText(score: number): string {
  if (Number.isNaN(score)) return 'not a number';
  return Math.abs(score) >= 10 ? String(Math.round(score)) : String(Number(score.toPrecision(2)));
}

type Losses = Pick<Task, 'loss' | 'distill'> & { decode(output: Float32Array): Prediction };

function classLosses(labels: readonly string[]): Losses {
  return {
    loss: (output, target, smoothing) => crossEntropy(output, target.label!, smoothing),
    distill: (student, teacher, temperature) => distillationKl(student, teacher, temperature),
    decode: (output) => decodeClass(output, labels),
  };
}

function scoreLosses(unit: number): Losses {
  return {
    loss: (output: Tensor, target: Readonly<TensorRecord>) => squaredError(output, target.score!, unit),
    distill: (student, teacher) => squaredError(student, teacher, unit),
    decode: (output) => ({ value: scoreText(output[0]!) }),
  };
}

/** The task over encoded splits. */
export function createSentenceTask(options: SentenceTaskOptions): Task {
  const { name, kind, labels, splits, primaryMetric, encoder, sentences, submission } = options;
  const saved = sentences && { sentences, maxLength: encoder.maxLength };
  const settings: SavedSettings | undefined = saved && {
    ...(options.task ? { task: options.task } : {}),
    ...saved,
  };
  return {
    name,
    labels,
    head: { kind, outputs: labels.length },
    splits,
    primaryMetric,
    ...(kind === 'regression' ? scoreLosses(options.unit ?? 1) : classLosses(labels)),
    metrics: () => options.metrics(),
    encode: async (inputs) => encoder.encode(inputs.map((input) => parseSentences(input, sentences))),
    savedFiles: () => ({
      ...encoder.files(),
      ...(settings ? { [settingsFile]: savedSettings(settings) } : {}),
    }),
    ...(submission ? { submission } : {}),
  };
}
