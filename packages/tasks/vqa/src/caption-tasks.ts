/**
 * The two tasks over captions as the training loop sees them.
 *
 * Letters: B batch, P width of a vector.
 */
import type { Dataset, Prediction, SplitName, Task } from '@mdpd/core';
import { encodeImageTexts } from '@mdpd/data/image-text/input';
import { readerFiles, type ImageTextReader } from '@mdpd/data/image-text/reader';
import { matchingMetrics, retrievalMetrics } from './caption-metrics.ts';
import { contrastiveDistillation, contrastiveLoss } from './contrastive-loss.ts';
import { answerDistillation } from './answer-loss.ts';
import { matchingLoss } from './matching-loss.ts';

export interface CaptionTaskOptions {
  readonly reader: ImageTextReader;
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
}

/** From one logit. NaN is no match. */
function decodeMatching([logit = NaN]: Float32Array): Prediction {
  const match = 1 / (1 + Math.exp(-logit)) || 0;
  const both = [
    { value: 'match', probability: match },
    { value: 'no match', probability: 1 - match },
  ];
  const top = logit > 0 ? both : both.reverse();
  return { ...top[0]!, top };
}

export function createMatchingTask({ reader, splits }: CaptionTaskOptions): Task {
  return {
    name: 'matching',
    labels: [],
    head: { kind: 'matching', outputs: 1 },
    splits,
    primaryMetric: 'accuracy',
    loss: (output, target, smoothing) => matchingLoss(output, target['label']!, smoothing),
    distill: answerDistillation,
    metrics: matchingMetrics,
    decode: decodeMatching,
    encode: (inputs) => encodeImageTexts(inputs, reader),
    savedFiles: () => readerFiles(reader),
  };
}

/** The cosine of image and text, to two places. */
function decodeCosine(output: Float32Array): Prediction {
  const width = output.length / 2;
  let cosine = 0;
  for (let i = 0; i < width; i++) cosine += output[i]! * output[width + i]!;
  return { value: cosine.toFixed(2) };
}

export function createContrastiveTask({
  reader,
  splits,
  temperature,
}: CaptionTaskOptions & { readonly temperature: number }): Task {
  return {
    name: 'contrastive',
    labels: [],
    head: { kind: 'embeddings', outputs: 1 },
    splits,
    primaryMetric: 'mean_recall@1',
    loss: (output, _target, smoothing) => contrastiveLoss(output, temperature, smoothing),
    distill: (student, teacher, softness) => contrastiveDistillation(student, teacher, temperature, softness),
    metrics: retrievalMetrics,
    decode: decodeCosine,
    encode: (inputs) => encodeImageTexts(inputs, reader),
    savedFiles: () => readerFiles(reader),
  };
}
