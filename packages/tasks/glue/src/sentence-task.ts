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
import { decodeClass, judgeClass } from '@mdpd/data/class-outputs';
import { crossEntropy, distillationKl } from '@mdpd/tensor/losses';
import type { Tensor } from '@tensorflow/tfjs-core';
import { savedSettings, settingsFile, type SavedSettings } from './saved-settings.ts';
import { squaredError } from './score-loss.ts';
import { parseSentences } from './sentence-input.ts';
import type { AnswerEncoder } from './answer-encoder.ts';
import { answerParts } from './answer-task.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';

/** What makes batches of texts; with a codec where the backbone answers in words. */
export type TaskEncoder = SentenceEncoder | AnswerEncoder;

export interface SentenceTaskOptions {
  readonly name: string;
  readonly kind: 'classification' | 'regression';
  /** Class names in label order; one for a regression. */
  readonly labels: readonly string[];
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
  readonly primaryMetric: string;
  readonly metrics: () => MetricAccumulator;
  /** Unit of squared errors: the variance of the training scores. Default 1: nothing is trained. */
  readonly unit?: number;
  readonly encoder: TaskEncoder;
  /** V, words of the backbone, where it answers in them. */
  readonly vocabulary?: number;
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

type Parts = Pick<Task, 'head' | 'loss' | 'distill' | 'metrics' | 'decode' | 'judge' | 'answers'>;

function classParts({ labels, metrics }: SentenceTaskOptions): Parts {
  return {
    head: { kind: 'classification', outputs: labels.length },
    loss: (output, target, smoothing) => crossEntropy(output, target.label!, smoothing),
    distill: (student, teacher, temperature) => distillationKl(student, teacher, temperature),
    metrics,
    decode: (output): Prediction => decodeClass(output, labels),
    judge: (output, target) => judgeClass(output, labels, target),
  };
}

function scoreParts({ unit = 1, metrics }: SentenceTaskOptions): Parts {
  return {
    head: { kind: 'regression', outputs: 1 },
    loss: (output: Tensor, target: Readonly<TensorRecord>) => squaredError(output, target.score!, unit),
    distill: (student, teacher) => squaredError(student, teacher, unit),
    metrics,
    decode: (output) => ({ value: scoreText(output[0]!) }),
    judge: (_output, { score }) => (score ? { expected: scoreText(score.data[0]!) } : {}),
  };
}

function partsOf(options: SentenceTaskOptions): Parts {
  const { encoder, kind, vocabulary } = options;
  if ('codec' in encoder) {
    const { codec, tokenizer } = encoder;
    return answerParts({ ...options, codec, vocabulary: vocabulary ?? tokenizer.vocabSize });
  }
  return kind === 'regression' ? scoreParts(options) : classParts(options);
}

/** What is saved beside a model, so that it reads and answers as in training. */
function settingsOf(options: SentenceTaskOptions): SavedSettings | undefined {
  const { encoder, sentences, task, kind, labels } = options;
  if (sentences === undefined) return undefined;
  return {
    ...(task === undefined ? {} : { task }),
    sentences,
    maxLength: encoder.maxLength,
    // config.json of a model that answers in words names no classes.
    ...('codec' in encoder
      ? {
          kind,
          labels,
          answerTokens: encoder.codec.tokens,
          ...(encoder.codec.spec.style === 'words' ? { answers: 'words' as const } : {}),
        }
      : {}),
  };
}

/** The task over encoded splits. */
export function createSentenceTask(options: SentenceTaskOptions): Task {
  const { name, labels, splits, primaryMetric, encoder, sentences, submission } = options;
  const settings = settingsOf(options);
  return {
    name,
    labels,
    splits,
    primaryMetric,
    ...partsOf(options),
    encode: async (inputs) => encoder.encode(inputs.map((input) => parseSentences(input, sentences))),
    savedFiles: () => ({
      ...encoder.files(),
      ...(settings ? { [settingsFile]: savedSettings(settings) } : {}),
    }),
    ...(submission ? { submission } : {}),
  };
}
