/** Answering questions about images, as the training loop sees it. */
import type {
  ConstantAnswer,
  Dataset,
  HostRecord,
  JsonObject,
  Prediction,
  SplitName,
  Submission,
  Task,
} from '@mdpd/core';
import { decodeClass } from '@mdpd/data/class-outputs';
import { encodeImageTexts } from '@mdpd/data/image-text/input';
import { readerFiles, type ImageTextReader } from '@mdpd/data/image-text/reader';
import { distillationKl } from '@mdpd/tensor/losses';
import { meanDistribution } from '@mdpd/tensor/mean-logits';
import { answerDistillation, answerLoss, choiceLoss } from './answer-loss.ts';
import { judgeQuestion } from './judge-answer.ts';
import { metricsOfOutputs, type AnswerMetrics } from './question-metrics.ts';
import type { Question } from './questions.ts';

export type AnswerLoss = 'bce' | 'crossEntropy';

/** Beside the model; Hugging Face takes no notice of it. */
export const settingsFile = 'mdpd_questions.json';

export interface QuestionTaskOptions {
  readonly name: string;
  readonly reader: ImageTextReader;
  readonly answers: readonly string[];
  readonly loss: AnswerLoss;
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
  readonly submission?: Submission;
  readonly baseline?: ConstantAnswer;
  readonly primaryMetric: string;
  metrics(): AnswerMetrics;
  /** By the number in targets. */
  questionOf(number: number): Question;
}

/** Alternatives that a prediction names, itself included. */
const alternatives = 5;

/** The most probable answers, each by itself, best first; equal ones in the vocabulary's order. NaN is impossible. */
function decodeAnswers(output: Float32Array, answers: readonly string[]): Prediction {
  const logits = Float32Array.from(output, (logit) => (Number.isNaN(logit) ? -Infinity : logit));
  const order = [...answers.keys()].sort((a, b) =>
    logits[a]! === logits[b]! ? a - b : logits[b]! - logits[a]!,
  );
  const top = order
    .slice(0, alternatives)
    .map((index) => ({ value: answers[index]!, probability: 1 / (1 + Math.exp(-logits[index]!)) }));
  return { ...top[0]!, top };
}

export function createQuestionTask(options: QuestionTaskOptions): Task {
  const { name, reader, answers, loss, splits, submission, baseline, primaryMetric } = options;
  const settings: JsonObject = { loss, maxLength: reader.maxLength };
  const shared = {
    name,
    labels: answers,
    head: { kind: 'vqa', outputs: answers.length },
    splits,
    primaryMetric,
    metrics: () => metricsOfOutputs(options.metrics(), answers, options.questionOf),
    judge: (output: Float32Array, target: HostRecord) =>
      judgeQuestion(output, target, answers, options.questionOf),
    encode: (inputs: readonly string[]) => encodeImageTexts(inputs, reader, 'what colour is the circle?'),
    savedFiles: () => ({ ...readerFiles(reader), [settingsFile]: settings }),
    ...(submission ? { submission } : {}),
    ...(baseline ? { baseline } : {}),
  } as const;
  if (loss === 'bce') {
    return {
      ...shared,
      loss: (output, target, smoothing) => answerLoss(output, target['scores']!, smoothing),
      distill: answerDistillation,
      decode: (output) => decodeAnswers(output, answers),
    };
  }
  return {
    ...shared,
    loss: (output, target, smoothing) => choiceLoss(output, target['label']!, smoothing),
    distill: distillationKl,
    ensemble: meanDistribution,
    decode: (output) => decodeClass(output, answers),
  };
}
