/** What a training run has: backbone, head, first parameters and a task, of a bench shape and without a checkpoint. */
import type { Backbone, Batch, Dataset, Head, HostRecord, Task } from '@mdpd/core';
import { initialParameters } from '@mdpd/cli/initial-parameters';
import { headFor } from '@mdpd/cli/task-head';
import { hostTensor } from '@mdpd/tensor/host';
import { crossEntropy, distillationKl } from '@mdpd/tensor/losses';
import { createRandom } from '@mdpd/tensor/random';
import { familyOf } from './families/families.ts';
import type { ModelShape } from './shapes.ts';

export const seed = 0;

export interface BenchModel {
  readonly backbone: Backbone;
  readonly head: Head;
  readonly task: Task;
  /** First parameters of backbone and head, made anew by every call. */
  initial(): Promise<HostRecord>;
}

/** On one batch of random numbers. `onLoad` is called when a training loop asks for it. */
export function benchModel(shape: ModelShape, batch: number, onLoad: () => void = () => {}): BenchModel {
  const examples = randomBatch(shape, batch);
  return modelOn(shape, {
    size: batch,
    origin: 'random numbers',
    load: async () => {
      onLoad();
      return examples;
    },
  });
}

/** On a data set. */
export function modelOn(shape: ModelShape, dataset: Dataset): BenchModel {
  const family = familyOf(shape);
  const { provider } = family;
  const backbone = provider.create(family.config(shape));
  const task = benchTask(shape, dataset);
  const head = headFor(backbone, task);
  const opened = { name: `fresh ${provider.name}`, provider, backbone, folder: undefined, files: {} };
  return {
    backbone,
    head,
    task,
    initial: async () => (await initialParameters(opened, head, task.labels, seed)).parameters,
  };
}

/** Random inputs and labels: the same at every step. */
export function randomBatch(shape: ModelShape, size: number): Batch {
  const random = createRandom(seed, 'bench');
  const input = familyOf(shape).input(shape, size, random);
  const labels = Int32Array.from({ length: size }, () => random.integer(shape.classes));
  return { size, input, target: { label: hostTensor(labels, [size], 'int32') } };
}

/** Classification as packages/tasks has it. */
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
