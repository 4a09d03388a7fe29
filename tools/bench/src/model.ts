/** What a training run has: backbone, head, first parameters and a task, of a bench shape and without files. */
import type { Batch, Dataset, Head, HostRecord, Task } from '@mdpd/core';
import { vitProvider } from '@mdpd/backbone-vit/vit-provider';
import { initialParameters } from '@mdpd/cli/initial-parameters';
import { headFor } from '@mdpd/cli/task-head';
import { hostTensor } from '@mdpd/tensor/host';
import { crossEntropy, distillationKl } from '@mdpd/tensor/losses';
import { createRandom } from '@mdpd/tensor/random';
import type { Backbone } from '@mdpd/core';
import type { ModelShape } from './job.ts';

export const seed = 0;

export interface BenchModel {
  readonly backbone: Backbone;
  readonly head: Head;
  readonly task: Task;
  /** First parameters of backbone and head, made anew by every call. */
  initial(): Promise<HostRecord>;
}

/** `onLoad` is called when a training loop asks for a batch. */
export function benchModel(shape: ModelShape, batch: number, onLoad: () => void = () => {}): BenchModel {
  const backbone = vitProvider.create({
    model_type: 'vit',
    hidden_size: shape.width,
    num_hidden_layers: shape.blocks,
    num_attention_heads: shape.heads,
    intermediate_size: shape.hidden,
    image_size: shape.image,
    patch_size: shape.patch,
    num_channels: shape.channels,
  });
  const examples = randomBatch(shape, batch);
  const task = benchTask(shape, {
    size: batch,
    origin: 'random numbers',
    load: async () => {
      onLoad();
      return examples;
    },
  });
  const head = headFor(backbone, task);
  const opened = { name: 'fresh vit', provider: vitProvider, backbone, folder: undefined, files: {} };
  return {
    backbone,
    head,
    task,
    initial: async () => (await initialParameters(opened, head, task.labels, seed)).parameters,
  };
}

/** Images of normal numbers, and labels: the same at every step. */
export function randomBatch({ channels, image, classes }: ModelShape, size: number): Batch {
  const random = createRandom(seed, 'bench');
  const pixels = Float32Array.from({ length: size * channels * image * image }, () => random.normal());
  const labels = Int32Array.from({ length: size }, () => random.integer(classes));
  return {
    size,
    input: { pixel_values: hostTensor(pixels, [size, channels, image, image]) },
    target: { label: hostTensor(labels, [size], 'int32') },
  };
}

/** Image classification as packages/tasks/vtab has it, on one batch. */
function benchTask({ classes }: ModelShape, dataset: Dataset): Task {
  return {
    name: 'bench',
    labels: Array.from({ length: classes }, (_, label) => `class ${label}`),
    head: { kind: 'classification', outputs: classes },
    splits: { train: dataset },
    primaryMetric: 'accuracy',
    loss: (output, target, smoothing) => crossEntropy(output, target['label']!, smoothing),
    distill: distillationKl,
    metrics: () => ({ add: () => {}, result: () => ({ accuracy: 0 }) }),
    decode: () => ({ value: '' }),
    encode: () => dataset.load([], { augment: false, seed, epoch: 0 }),
    savedFiles: () => ({}),
  };
}
