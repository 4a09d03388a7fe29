import * as tf from '@tensorflow/tfjs-core';
import type { Executor, LayersRecord, RunRecord, StepRecord } from '@mdpd/core';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { trainingJob, type JobOptions, type RecordedJob } from '@mdpd/testing/training-job';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelMethods } from '../methods/label-method.ts';
import { mdpdMethod } from '../methods/mdpd-method.ts';
import { sideMethod } from '../methods/side-method.ts';
import { readRecord } from './state.ts';
import { train, type TrainedRun } from './train.ts';

let executor: Executor;
beforeAll(async () => {
  executor = await cpuExecutor.start();
});

const side = { reductionFactor: 2, heads: 2, context: 1, gateTemperature: 0.5 };
const feature = { mode: 'hierarchical', rank: 3, boundary: 1 };
const settings = { side, feature, unlabelled: { batchSize: 4 }, fade: { train: 'norm+head' }, warmup: 0.4 };
const methodOf = (name: string): JobOptions['method'] => labelMethods.find((each) => each.name === name)!;

const layersOf = (records: readonly RunRecord[]): LayersRecord[] =>
  records.flatMap((record) => (record.type === 'layers' ? [record] : []));

async function run(options: Partial<JobOptions>): Promise<{ job: RecordedJob; trained: TrainedRun }> {
  const job = trainingJob({ executor, method: mdpdMethod, settings, train: { epochs: 2 }, ...options });
  return { job, trained: await train(job) };
}

describe('what layers say', () => {
  it('is reported where an evaluation is due, before it, and after the last step', async () => {
    const { job, trained } = await run({ train: { steps: 7, evaluateEvery: 1 } });
    trained.dispose();
    const order = job.records.flatMap(({ type, step }) => (type === 'note' ? [] : [`${type} ${step}`]));
    expect(order.slice(2, 7)).toEqual(['step 3', 'layers 3', 'evaluation 3', 'evaluation 3', 'step 4']);
    expect(layersOf(job.records).map(({ step }) => step)).toEqual([3, 6, 7]);
  });

  it('is reported once where nothing is evaluated', async () => {
    const { job, trained } = await run({ train: { steps: 4, evaluateEvery: 0 } });
    trained.dispose();
    expect(layersOf(job.records).map(({ step }) => step)).toEqual([4]);
    const backbone = tinyBackbone();
    const { train: data, unlabelled } = tinyTask(backbone).splits;
    const task = { ...tinyTask(backbone), splits: { train: data!, unlabelled: unlabelled! } };
    const alone = await run({ backbone, task, train: { steps: 4, evaluateEvery: 1 } });
    alone.trained.dispose();
    expect(layersOf(alone.job.records)).toEqual(layersOf(job.records));
  });

  it.each([
    ['one stream', 1],
    ['two streams', 2],
  ] as const)('has gates, losses and drift of the state that it is of: %s', async (_what, streams) => {
    const backbone = tinyBackbone({ streams, blocks: 3 });
    const { job, trained } = await run({ backbone, task: tinyTask(backbone), train: { steps: 9 } });
    const state = await readRecord(executor, { ...trained.state.side, ...trained.state.trained });
    const record = layersOf(job.records).at(-1)!;
    const last = job.records.filter((each): each is StepRecord => each.type === 'step').at(-1)!;
    const names = Object.keys(backbone.streams);

    for (const stream of names) {
      const learned = [0, 1, 2, 3].map((tap) => state[`side.${stream}.gate.${tap}`]!.data[0]!);
      const gates = learned.map((a) => tf.sigmoid(tf.scalar(a / 0.5)).dataSync()[0]!);
      expect(record.layers['gate']![stream]).toHaveLength(4);
      record.layers['gate']![stream]!.forEach((gate, tap) => expect(gate).toBeCloseTo(gates[tap]!, 6));
      // Otherwise this shows nothing.
      expect(new Set(gates).size).toBe(4);
    }

    const means = names.map((stream) => {
      const losses = record.layers['featureLoss']![stream]!;
      expect(losses).toHaveLength(3);
      return losses.reduce<number>((sum, loss) => sum + loss!, 0) / 3;
    });
    const sum = means.reduce((total, mean) => total + mean, 0);
    expect(sum).toBeCloseTo(last.parts['featureLoss']!, 5);

    const drift = names.map((stream) => record.layers['normDrift']![stream]!);
    if (streams === 1) {
      const ofBlock = (block: number): number => {
        const norms = backbone.parameters.filter(({ kind, stage }) => kind === 'norm' && stage === block);
        const moved = norms.flatMap(({ name }) =>
          Array.from(state[name]!.data, (value, i) => value - job.initial[name]!.data[i]!),
        );
        const whole = norms.flatMap(({ name }) => [...job.initial[name]!.data]);
        return Math.hypot(...moved) / Math.hypot(...whole);
      };
      drift[0]!.forEach((value, block) => expect(value).toBeCloseTo(ofBlock(block), 9));
    }
    expect(drift.flat().every((value) => value! > 0 && value! < 1)).toBe(true);
    expect(record.boundary).toEqual(Object.fromEntries(names.map((stream) => [stream, 1])));
    trained.dispose();
  });

  it('has null for taps that the ladder leaves out, and no losses where there are none', async () => {
    const backbone = tinyBackbone({ blocks: 3 });
    const { job, trained } = await run({
      backbone,
      task: tinyTask(backbone),
      method: sideMethod,
      settings: { side: { ...side, layers: [2] }, feature: { mode: 'imitate', rank: 3 } },
      train: { steps: 3 },
    });
    trained.dispose();
    const [{ layers, boundary }] = layersOf(job.records) as [LayersRecord];
    expect(layers['gate']!['main']!.map((gate) => gate === null)).toEqual([false, true, true, false]);
    expect(layers['featureLoss']!['main']!.map((loss) => loss === null)).toEqual([true, false, true]);
    expect([boundary, layers['normDrift']]).toEqual([undefined, undefined]);
    const plain = await run({ method: sideMethod, settings: { side }, train: { steps: 3 } });
    plain.trained.dispose();
    expect(Object.keys(layersOf(plain.job.records)[0]!.layers)).toEqual(['gate']);
  });

  it('of methods without a side network is what their norms did', async () => {
    for (const [name, moves] of [
      ['norm', true],
      ['full', true],
      ['head', false],
    ] as const) {
      const { job, trained } = await run({ method: methodOf(name), settings: {}, train: { steps: 3 } });
      trained.dispose();
      const [{ layers }] = layersOf(job.records) as [LayersRecord];
      expect(Object.keys(layers)).toEqual(['normDrift']);
      expect(layers['normDrift']!['main']!.map((value) => value! > 0)).toEqual([moves, moves]);
    }
  });

  it('is nothing where the method says nothing', async () => {
    const method = {
      ...methodOf('norm'),
      create: (context: never) => ({ ...methodOf('norm').create(context), layers: undefined }),
    };
    const { job, trained } = await run({ method, settings: {}, train: { steps: 3, evaluateEvery: 1 } });
    trained.dispose();
    expect(layersOf(job.records)).toEqual([]);
  });

  it('leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const { trained } = await run({ train: { epochs: 2, evaluateEvery: 1 } });
    trained.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
