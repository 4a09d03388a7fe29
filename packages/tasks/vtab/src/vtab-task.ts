/**
 * Image classification as the training loop sees it.
 *
 * Letters: B batch, C classes, H height, W width of the backbone's input.
 */
import type { Batch, Dataset, JsonObject, MetricAccumulator, SplitName, Task } from '@mdpd/core';
import { decodeClass, judgeClass } from '@mdpd/data/class-outputs';
import { readImageFile, type DecodeOptions } from '@mdpd/data/image-decode';
import { normalizationTable, prepareImage, writeInput } from '@mdpd/data/preprocess';
import { savedPreprocessing, type Preprocessing } from '@mdpd/data/preprocessor-config';
import { crossEntropy, distillationKl } from '@mdpd/tensor/losses';
import { classificationMetrics } from './classification-metrics.ts';

export interface VtabTaskOptions {
  /** Class names in label order. */
  readonly labels: readonly string[];
  readonly splits: Readonly<Partial<Record<SplitName, Dataset>>>;
  readonly preprocessing: Preprocessing;
  /** How images that a user names are decoded. */
  readonly decode: DecodeOptions;
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
    decode: (output) => decodeClass(output, labels),
    judge: (output, target) => judgeClass(output, labels, target),
    encode: (paths) => encode(paths, options),
    savedFiles: (): Record<string, JsonObject> => ({
      'preprocessor_config.json': savedPreprocessing(preprocessing),
    }),
  };
}
