/** The tiny task as a subject of the checks, and ways to break it. */
import type { Batch, Dataset, HeadKind, Task } from '@mdpd/core';
import { tinyBackbone } from '../fixtures/tiny-backbone.ts';
import { tinyTask } from '../fixtures/tiny-task.ts';
import { tinyTextBackbone } from '../fixtures/tiny-text-backbone.ts';
import { tinyTextTask } from '../fixtures/tiny-text-task.ts';
import type { TaskSubject } from './subject.ts';

export const backbone = tinyBackbone({ streams: 2 });
export const task = tinyTask(backbone);
export const good: TaskSubject = {
  task,
  inputs: backbone.inputs,
  augments: true,
  readable: ['test:0', 'test:7', 'test:2'],
  unreadable: [
    {
      inputs: ['test:1', 'photo.png'],
      text: 'error TINY_INPUT\n  cannot read "photo.png"\n  allowed: test:INDEX',
    },
  ],
};

/** A task over texts of several lengths, whose head has the kind. */
export const textSubject = (kind: HeadKind): TaskSubject => {
  const texts = tinyTextBackbone({ decoder: kind === 'seq2seq' ? 1 : 0 });
  return { ...good, task: tinyTextTask(texts, { kind }), inputs: texts.inputs, augments: false };
};

/** The good subject with a task that is changed. */
export const changed = (parts: Partial<Task>, rest: Partial<TaskSubject> = {}): TaskSubject => ({
  ...good,
  ...rest,
  task: { ...task, ...parts },
});

/** The training split with loads that are changed. */
export const loading = (
  change: (batch: Batch, ...args: Parameters<Dataset['load']>) => Batch,
): TaskSubject => {
  const train = task.splits.train!;
  const load: Dataset['load'] = async (...args) => change(await train.load(...args), ...args);
  return changed({ splits: { ...task.splits, train: { ...train, load } } });
};

/** A batch with inputs that are shifted by row. */
export const shifted = (batch: Batch, by: (row: number) => number): Batch => {
  const entries = Object.entries(batch.input).map(([name, tensor]) => {
    const size = tensor.data.length / batch.size;
    return [
      name,
      { ...tensor, data: Float32Array.from(tensor.data, (v, i) => v + by(Math.floor(i / size))) },
    ];
  });
  return { ...batch, input: Object.fromEntries(entries) as Batch['input'] };
};

/** Metrics whose results are changed. */
export const metrics = (
  change: (result: Record<string, number>, rows: number) => Record<string, number>,
): Partial<Task> => ({
  metrics: () => {
    const inner = task.metrics();
    let seen = 0;
    return {
      add: (output, target, rows) => {
        seen += rows;
        inner.add(output, target, rows);
      },
      result: () => change(inner.result(), seen),
    };
  },
});
