import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { Executor, HostRecord, MethodProvider } from '@mdpd/core';
import { loadParameters } from '@mdpd/tensor/checkpoint';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { writeSafetensors } from '@mdpd/tensor/safetensors-write';
import { sameTensor } from '@mdpd/testing/differences';
import { tinyBackbone, tinyProvider } from '@mdpd/testing/fixtures/tiny-backbone';
import { modelUnderTest, uploadAll } from '@mdpd/testing/model-under-test';
import { trainingJob } from '@mdpd/testing/training-job';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRecord } from '../engine/state.ts';
import { train } from '../engine/train.ts';
import { runModel } from '../forward.ts';
import { labelMethods } from './label-method.ts';
import { mdpdMethod } from './mdpd-method.ts';

const backbone = tinyBackbone({ streams: 2, blocks: 3 });
const { specs } = modelUnderTest(tinyProvider, backbone, { outputs: 3 });
const settings = {
  side: { reductionFactor: 2, heads: 2, context: 1 },
  feature: { rank: 3, boundary: 1 },
  unlabelled: { batchSize: 0 },
  warmup: 0,
};

let executor: Executor;
beforeAll(async () => {
  executor = await cpuExecutor.start();
});

/** Every kernel that a forward pass runs, in order, with its shapes. */
async function graphOf(forward: () => tf.Tensor): Promise<string[]> {
  const { kernels } = await tf.profile(() => tf.tidy(forward));
  return kernels.map(({ name, inputShapes, outputShapes }) =>
    JSON.stringify([name, inputShapes, outputShapes]),
  );
}

/** What a run ships, through a file and back. */
async function trained(
  method: MethodProvider,
  given: object,
): Promise<{ saved: HostRecord; ship: HostRecord }> {
  const job = trainingJob({ executor, method, settings: given, backbone, train: { steps: 3 } });
  const run = await train(job);
  const ship = await readRecord(executor, run.method.ship(run.state));
  run.dispose();
  const folder = await mkdtemp(path.join(tmpdir(), 'mdpd-graph-'));
  try {
    writeSafetensors(path.join(folder, 'model.safetensors'), ship);
    const { parameters, missing, ignored } = await loadParameters(folder, specs, tinyProvider.canonicalName);
    expect([missing, ignored]).toEqual([[], []]);
    return { saved: parameters, ship };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const cases: [string, MethodProvider, object][] = [
  ...(['head', 'norm+head', 'norm+lora+head'] as const).map((what): [string, MethodProvider, object] => [
    `mdpd, ${what}`,
    mdpdMethod,
    { ...settings, fade: { train: what, lora: { rank: 2 } } },
  ]),
  ['lora', labelMethods.find(({ name }) => name === 'lora')!, { lora: { rank: 2 } }],
  ['full', labelMethods.find(({ name }) => name === 'full')!, {}],
];

describe.each(cases)('the model that %s leaves', (_name, method, given) => {
  it('has the tensors of backbone and head, and the graph of the untouched backbone with a head', async () => {
    const { saved, ship } = await trained(method, given);
    expect(Object.keys(saved)).toEqual(specs.map(({ name }) => name));
    expect(Object.keys(ship).sort()).toEqual(specs.map(({ name }) => name).sort());
    for (const { name, shape } of specs) {
      expect(saved[name]!.shape).toEqual(shape);
      expect(sameTensor(saved[name]!, ship[name]!)).toBe(true);
    }
    const untouched = modelUnderTest(tinyProvider, tinyBackbone({ streams: 2, blocks: 3 }), { outputs: 3 });
    const input = uploadAll(untouched.input);
    const graph = async (parameters: HostRecord): Promise<string[]> => {
      const params = uploadAll(parameters);
      return graphOf(() => runModel(untouched.backbone, untouched.head, params, input));
    };
    const [faded, plain] = [await graph(saved), await graph(untouched.parameters)];
    expect(faded.length).toBeGreaterThan(50);
    expect(faded).toEqual(plain);
  });
});

it('and the side network would be seen: its graph is larger', async () => {
  const job = trainingJob({
    executor,
    method: mdpdMethod,
    settings: { ...settings, fade: { train: 'head' } },
    backbone,
    train: { steps: 1 },
  });
  const run = await train(job);
  const input = uploadAll(modelUnderTest(tinyProvider, backbone).input);
  const [faded, side] = [
    await graphOf(() => run.method.forward('faded', run.state, input)),
    await graphOf(() => run.method.forward('side', run.state, input)),
  ];
  expect(side.length).toBeGreaterThan(1.5 * faded.length);
  run.dispose();
});
