/** Padding is no token: what a step computes does not depend on how much of it there is. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord, HostTensor, MethodProvider, StepInput, StepResult, TrainState } from '@mdpd/core';
import { useBackend } from '@mdpd/tensor/backend';
import { hostTensor } from '@mdpd/tensor/host';
import { createRandom } from '@mdpd/tensor/random';
import { absoluteDifference, largest } from '@mdpd/testing/differences';
import { tinyModel, type TinyModelName } from '@mdpd/testing/fixtures/tiny-models';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { trainSettings } from '@mdpd/testing/training-job';
import { beforeAll, describe, expect, it } from 'vitest';
import { padInputs } from '../engine/pad-inputs.ts';
import { diagonality } from '../feature/boundary.ts';
import { tokenCounts } from '../token-counts.ts';
import { labelMethods } from './label-method.ts';
import { mdpdMethod } from './mdpd-method.ts';

beforeAll(() => useBackend('wasm'));

/** With more tokens at the end: zeros in inputs, no label in targets, anything in masks of hidden tokens. */
function longer(record: HostRecord, most: Readonly<Record<string, number>>, filling: number): HostRecord {
  const wanted = Object.fromEntries(
    Object.entries(record).map(([name, tensor]) => {
      const shape = tensor.shape.map((length, axis) => (axis === 1 && most[name] ? most[name] : length));
      return [
        name,
        { ...tensor, shape, data: new Int32Array(shape.reduce((a, b) => a * b, 1)) } as HostTensor,
      ];
    }),
  );
  const padded = padInputs([record, wanted])[0]!;
  for (const [name, { data, shape }] of Object.entries(padded)) {
    const [rows, columns] = shape as [number, number];
    const had = record[name]!.shape[1]!;
    for (let row = 0; row < rows; row++) data.fill(filling, row * columns + had, (row + 1) * columns);
  }
  return padded;
}

function widerMasks(masks: HostRecord, tokens: Readonly<Record<string, number>>): HostRecord {
  return Object.fromEntries(
    Object.entries(masks).map(([name, { data, shape }]) => {
      const [layers, batch, had] = shape as [number, number, number];
      const most = tokens[name.slice('mask.'.length)]!;
      const wide = new Float32Array(layers * batch * most).fill(1);
      for (let row = 0; row < layers * batch; row++) {
        wide.set(data.subarray(row * had, (row + 1) * had), row * most);
      }
      return [name, hostTensor(wide, [layers, batch, most, 1])];
    }),
  );
}

const settings = {
  side: { reductionFactor: 2, heads: 2 },
  feature: { mode: 'hierarchical', rank: 3, boundary: 1 },
  warmup: 0,
  fade: { train: 'norm+lora+head', lora: { rank: 2, alpha: 2 } },
};
const full = labelMethods.find(({ name }) => name === 'full')!;

async function bothSteps(name: TinyModelName, provider: MethodProvider, given: object) {
  const { backbone, task, provider: family } = tinyModel(name);
  const { head, specs, parameters } = modelUnderTest(family, backbone, task.head);
  const dataset = task.splits.train!;
  const short = Array.from({ length: dataset.size }, (_, index) => index).filter(
    (index) => dataset.bucket!(index) === dataset.bucket!(0),
  );
  const batch = await dataset.load(short.slice(0, 6), { augment: false, seed: 0, epoch: 0 });
  const train = trainSettings();
  const method = provider.create({
    backbone,
    head,
    parameters: specs,
    task,
    settings: provider.settings.parse(given),
    optimization: train,
    steps: 1,
    seed: 1,
    hasUnlabelled: false,
  });
  const host = method.initialize(parameters, createRandom(2));
  const state: TrainState = {
    frozen: uploadAll(host.frozen),
    trained: uploadAll(host.trained),
    side: uploadAll(host.side),
    optimizer: uploadAll(host.optimizer),
  };
  const counts = tokenCounts(backbone, batch.input);
  const most = Object.fromEntries(
    Object.entries(backbone.inputs).map(([input, { shape }]) => [input, shape[0]!]),
  );
  const scalars = Object.fromEntries(
    Object.entries(method.scalars(0)).map(([scalar, value]) => [scalar, tf.scalar(value)]),
  ) as StepInput['scalars'];
  const noise = method.noise(0, 6, counts);
  const allMost = Object.fromEntries(Object.entries(backbone.streams).map(([s, { tokens }]) => [s, tokens]));
  const labelTokens = name === 'answer' ? allMost['decoder']! : (allMost['text'] ?? 0);
  const phase = method.phases[method.phase(0)]!;
  const run = (input: HostRecord, target: HostRecord, masks: HostRecord): StepResult =>
    phase(state, {
      input: uploadAll(input),
      target: uploadAll(target),
      extra: {},
      noise: uploadAll(masks),
      scalars,
    });
  return {
    short: run(batch.input, batch.target, noise),
    long: run(
      longer(batch.input, most, 0),
      'labels' in batch.target ? longer(batch.target, { labels: labelTokens }, -100) : batch.target,
      widerMasks(noise, allMost),
    ),
    tokens: [counts, allMost],
  };
}

describe.each<TinyModelName>(['text', 'score', 'words', 'pair', 'answer'])('%s', (name) => {
  it.each<[string, MethodProvider, object]>([
    ['mdpd', mdpdMethod, settings],
    ['full, block by block', full, { recompute: true }],
  ])('%s has the same losses and gradients with more padding', async (_title, provider, given) => {
    const { short, long, tokens } = await bothSteps(name, provider, given);
    expect(tokens[0]).not.toEqual(tokens[1]);
    expect(Object.keys(long.parts)).toEqual(Object.keys(short.parts));
    for (const [part, value] of Object.entries(short.parts)) {
      const [a, b] = [value.dataSync()[0]!, long.parts[part]!.dataSync()[0]!];
      expect(Math.abs(a - b), part).toBeLessThan(1e-5 * Math.max(1, Math.abs(a)));
    }
    const gradients = Object.entries(short.state.optimizer!).filter(([moment]) => moment.endsWith('.m'));
    expect(gradients.length).toBeGreaterThan(20);
    for (const [moment, value] of gradients) {
      const [a, b] = [value.dataSync(), long.state.optimizer![moment]!.dataSync()];
      expect(absoluteDifference(b, a), moment).toBeLessThan(2e-5 * Math.max(largest(a), 1e-2));
    }
  });
});

it('attention is as diagonal with more padding', async () => {
  const { backbone, task, provider } = tinyModel('pair');
  const { parameters } = modelUnderTest(provider, backbone);
  const batch = await task.splits.train!.load([0, 1, 2, 3], { augment: false, seed: 0, epoch: 0 });
  const most = Object.fromEntries(
    Object.entries(backbone.inputs).map(([input, { shape }]) => [input, shape[0]!]),
  );
  const [short, long] = [batch.input, longer(batch.input, most, 0)].map((input) =>
    diagonality(backbone, uploadAll(parameters), uploadAll(input)),
  );
  for (const stream of ['encoder', 'decoder']) {
    const [a, b] = [short![stream]!, long![stream]!];
    expect(a.shape).toEqual([2]);
    expect(absoluteDifference(b.dataSync(), a.dataSync())).toBeLessThan(1e-6);
  }
});
