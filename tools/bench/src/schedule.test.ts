/** How much memory the compiler saves on steps of a ViT-S, by its own reckoning: the figures of docs/compile.md. */
import type { HostRecord, StepInput, TensorRecord, TrainState } from '@mdpd/core';
import type { Graph } from '@mdpd/compile/graph';
import { memoryPeak } from '@mdpd/compile/lifetimes';
import { optimize } from '@mdpd/compile/optimize';
import { fileOrder, runtimeOrder } from '@mdpd/compile/runtime-order';
import { schedule } from '@mdpd/compile/schedule';
import { trace } from '@mdpd/compile/trace';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { optimization, rowNamed } from './job.ts';
import { createMethod, initialState } from './measure-row.ts';
import { benchModel } from './model.ts';
import { shapes } from './shapes.ts';

const mebibyte = 2 ** 20;
const { model: shape, batch } = shapes.find(({ name }) => name === 'vit-s')!;
const model = benchModel(shape, batch);

beforeAll(async () => {
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
});

const zeros = (record: Readonly<HostRecord>): TensorRecord =>
  Object.fromEntries(
    Object.entries(record).map(([name, { shape: of, dtype }]) => [name, tf.zeros([...of], dtype)]),
  );

/** The graph of the step that the training loop of a row runs. */
async function stepGraph(name: string): Promise<Graph> {
  const row = rowNamed(name);
  const { settings } = row;
  const job = {
    engine: 'compiled',
    row: name,
    shape,
    batch,
    settings,
    train: optimization,
    threads: 1,
  } as const;
  const method = createMethod({ ...job, warmup: 0, repeats: 1 }, row, model);
  const host = initialState(method, await model.initial());
  const examples = await model.task.splits.train!.load([], { augment: false, seed: 0, epoch: 0 });
  tf.engine().startScope();
  try {
    const scalars = Object.keys(method.scalars(0)).map((key) => [key, tf.scalar(0)]);
    const input: StepInput = {
      input: zeros(examples.input),
      target: zeros(examples.target),
      extra: {},
      noise: zeros(method.noise(0, batch)),
      scalars: Object.fromEntries(scalars) as StepInput['scalars'],
    };
    const state: TrainState = {
      frozen: zeros(host.frozen),
      trained: zeros(host.trained),
      side: zeros(host.side),
      optimizer: zeros(host.optimizer),
    };
    return optimize(trace(method.phases[method.phase(0)]!, [state, input]).graph);
  } finally {
    tf.engine().endScope();
  }
}

describe('memory of a step of ViT-S, batch 8', () => {
  it.each([
    // Parameters and moments take 264 MB: below 1.5 times that only few products are computed again.
    ['full', 520, 300],
    ['norm', 340, 180],
    ['mdpd', 330, 100],
  ])(
    'of %s: above %i MiB in the order of the runtime, below %i MiB as scheduled',
    async (name, above, below) => {
      const graph = await stepGraph(name);
      const plain = memoryPeak({ ...graph, nodes: runtimeOrder(graph, fileOrder(graph)) });
      const lean = schedule(graph);
      expect(plain.bytes / mebibyte).toBeGreaterThan(above);
      expect(lean.peakBytes / mebibyte).toBeLessThan(below);
    },
  );
});
