import * as tf from '@tensorflow/tfjs-core';
import type { Executor, MethodProvider, RunRecord, StepRecord } from '@mdpd/core';
import { cpuExecutor, wasmExecutor } from '@mdpd/tensor/portable-executors';
import { trainingJob } from '@mdpd/testing/training-job';
import { beforeAll, describe, expect, it } from 'vitest';
import { labelMethods } from '../methods/label-method.ts';
import { mdpdMethod } from '../methods/mdpd-method.ts';
import { sideMethod } from '../methods/side-method.ts';
import { train } from './train.ts';

const side = { reductionFactor: 2, heads: 2, context: 1 };
const feature = { mode: 'hierarchical', rank: 3, boundary: 1 };
const lora = { rank: 2, alpha: 2 };
const mdpd = { side, feature, unlabelled: { batchSize: 8 }, warmup: 0.3 };
const label = (name: string): MethodProvider => labelMethods.find((method) => method.name === name)!;

const cases: [string, MethodProvider, object][] = [
  ['head', label('head'), {}],
  ['norm', label('norm'), {}],
  ['norm, block by block', label('norm'), { recompute: true }],
  ['bias', label('bias'), {}],
  ['lora', label('lora'), { lora }],
  ['lora without norms', label('lora'), { lora, norms: false, recompute: true }],
  ['full', label('full'), {}],
  ['side', sideMethod, { side, feature: { ...feature, mode: 'none' } }],
  ['side, with feature loss', sideMethod, { side, feature }],
  ['mdpd, head', mdpdMethod, { ...mdpd, fade: { train: 'head' } }],
  ['mdpd, norm+head', mdpdMethod, { ...mdpd, fade: { train: 'norm+head' } }],
  ['mdpd, norm+lora+head', mdpdMethod, { ...mdpd, fade: { train: 'norm+lora+head', lora } }],
  [
    'mdpd, plain gradients, last block',
    mdpdMethod,
    { ...mdpd, fade: { train: 'norm+lora+head', lora, recompute: false, blocks: 1 } },
  ],
  [
    'mdpd, every other step, silent warm-up, no gate, average teacher',
    mdpdMethod,
    {
      ...mdpd,
      duringWarmup: 'side',
      fade: { train: 'norm+head', every: 2 },
      logit: { gate: 'none', teacher: 'average' },
    },
  ],
  ['mdpd, all imitate', mdpdMethod, { ...mdpd, feature: { ...feature, mode: 'imitate' } }],
  ['mdpd, all generate', mdpdMethod, { ...mdpd, feature: { ...feature, mode: 'generate' } }],
  ['mdpd, no feature loss', mdpdMethod, { ...mdpd, feature: { ...feature, mode: 'none' } }],
  ['mdpd, no logit loss, no warm-up', mdpdMethod, { ...mdpd, logit: { alpha: 0 }, warmup: 0 }],
];

const executors: Record<string, Executor> = {};
beforeAll(async () => {
  executors['cpu'] = await cpuExecutor.start();
  executors['wasm'] = await wasmExecutor.start();
});

const steps = (records: readonly RunRecord[]): StepRecord[] =>
  records.filter((record): record is StepRecord => record.type === 'step');

/** Label loss of the model that is trained: of the backbone, or of the side network where that is all. */
const taskLoss = ({ parts }: StepRecord): number | undefined => parts['taskLoss'];

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Steps of a run; with `stopAfter`, of its beginning. */
async function losses(
  name: string,
  method: MethodProvider,
  settings: object,
  count: number,
  stopAfter = count,
): Promise<{ records: StepRecord[]; leaked: number }> {
  const before = tf.memory().numTensors;
  const controller = new AbortController();
  const job = trainingJob({
    executor: executors[name]!,
    method,
    settings,
    train: { steps: count },
    signal: controller.signal,
  });
  const stop = {
    name: 'stop',
    record: (record: RunRecord): void => {
      if (record.type === 'step' && record.step === stopAfter) controller.abort();
    },
  };
  const run = train({ ...job, reporters: [...job.reporters, stop] });
  if (stopAfter < count) await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' });
  else (await run).dispose();
  return { records: steps(job.records), leaked: tf.memory().numTensors - before };
}

describe.each(cases)('%s', (_name, method, settings) => {
  it('learns on wasm: label losses fall, and nothing leaks; on cpu it starts alike', async () => {
    const { records, leaked } = await losses('wasm', method, settings, 25);
    expect(records).toHaveLength(25);
    const falls = (values: number[]): number => mean(values.slice(-5)) / mean(values.slice(0, 5));
    const own = records.flatMap((record) => taskLoss(record) ?? []);
    if (own.length > 0) expect(falls(own)).toBeLessThan(0.95);
    const sides = records.flatMap(({ parts }) => parts['sideLoss'] ?? []);
    if (sides.length > 0) expect(falls(sides)).toBeLessThan(0.85);
    expect(own.length + sides.length).toBeGreaterThan(0);
    expect(leaked).toBe(0);
    const cpu = await losses('cpu', method, settings, 25, 5);
    expect(cpu.records).toHaveLength(5);
    cpu.records.forEach((record, step) => {
      expect(Math.abs(record.loss - records[step]!.loss)).toBeLessThan(1e-3);
      expect(Object.keys(record.parts)).toEqual(Object.keys(records[step]!.parts));
    });
    expect(cpu.leaked).toBe(0);
  });
});

it('keeps the number of tensors and bytes over a hundred steps', async () => {
  const counts: string[] = [];
  const job = trainingJob({
    executor: executors['wasm']!,
    method: mdpdMethod,
    settings: { ...mdpd, warmup: 0, fade: { train: 'norm+lora+head', lora } },
    train: { steps: 100 },
  });
  const record = (): void => void counts.push(`${tf.memory().numTensors} ${tf.memory().numBytes}`);
  (await train({ ...job, reporters: [{ name: 'count', record }] })).dispose();
  // Of every step, and of the layers after the last.
  expect(counts).toHaveLength(101);
  expect(new Set(counts).size).toBe(1);
});
