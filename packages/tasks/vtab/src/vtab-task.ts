/**
 * Image classification as the training loop sees it.
 *
 * Letters: B batch, C classes, H height, W width of the backbone's input.
 */
import type { Batch, Dataset, JsonObject, MetricAccumulator, Prediction, SplitName, Task } from '@mdpd/core';
import { readImageFile, type DecodeOptions } from '@mdpd/data/image-decode';
import { normalizationTable, prepareImage, writeInput } from '@mdpd/data/preprocess';
import { savedPreprocessing, type Preprocessing } from '@mdpd/data/preprocessor-config';
import { crossEntropy, distillationKl } from '@mdpd/tensor/losses';
import { bestClass, classificationMetrics } from './classification-metrics.ts';

/** Alternatives that a prediction names, itself included. */
const alternatives = 5;

export interface VtabTaskOptions {
  /** Class names in label order. */
  readonly labels: readonly string[];
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
  readonly preprocessing: Preprocessing;
  /** How images that a user names are decoded. */
  readonly decode: DecodeOptions;
}

/** Probabilities [C] of logits [C]; NaN counts as impossible. */
function softmax(logits: Float32Array): Float64Array {
  const values = Float64Array.from(logits, (value) => (Number.isNaN(value) ? -Infinity : value));
  const largest = Math.max(...values);
  // Infinite logits share everything among themselves.
  const weights = values.map((value) => (value === largest ? 1 : Math.exp(value - largest)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The best class and up to five alternatives, best first; equal ones in label order. */
function decode(output: Float32Array, labels: readonly string[]): Prediction {
  const probabilities = softmax(output);
  const order = [...labels.keys()].sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  const top = order
    .slice(0, alternatives)
    .map((label) => ({ value: labels[label]!, probability: probabilities[label]! }));
  const best = Math.max(0, bestClass(output));
  return { value: labels[best]!, probability: probabilities[best]!, top };
}

/** Reads the images at `paths` as `pixel_values` [B, C, H, W]. Throws IMAGE_UNREADABLE naming the bad one. */
async function encode(paths: readonly string[], { preprocessing, decode }: VtabTaskOptions): Promise<Batch> {
  const { channels, height, width } = preprocessing;
  const table = normalizationTable(preprocessing);
  const stride = channels * height * width;
  const data = new Float32Array(paths.length * stride);
  for (const [row, path] of paths.entries()) {
    const image = await readImageFile(path, { ...decode, fix: 'name files that hold an image: photo.jpg' });
    writeInput(prepareImage(image, preprocessing), table, data, row * stride);
  }
  const shape = [paths.length, channels, height, width];
  return { size: paths.length, input: { pixel_values: { data, shape, dtype: 'float32' } }, target: {} };
}

/** The task over opened splits. */
export function createVtabTask(options: VtabTaskOptions): Task {
  const { labels, splits, preprocessing } = options;
  return {
    name: 'vtab',
    labels,
    head: { kind: 'classification', outputs: labels.length },
    splits,
    primaryMetric: 'accuracy',
    loss: (output, target, smoothing) => crossEntropy(output, target.label!, smoothing),
    distill: (student, teacher, temperature) => distillationKl(student, teacher, temperature),
    metrics: (): MetricAccumulator => classificationMetrics(labels.length),
    decode: (output) => decode(output, labels),
    encode: (paths) => encode(paths, options),
    savedFiles: (): Record<string, JsonObject> => ({
      'preprocessor_config.json': savedPreprocessing(preprocessing),
    }),
  };
}
