import type { Executor, HostRecord, MethodProvider, RunRecord, StepRecord, TrainSettings } from '@mdpd/core';
import { onnxruntimeExecutor } from '@mdpd/compile/onnxruntime-executor';
import { evaluate } from '@mdpd/distill/engine/evaluate';
import { readRecord } from '@mdpd/distill/engine/state';
import { train } from '@mdpd/distill/engine/train';
import { labelMethods } from '@mdpd/distill/methods/label-method';
import { mdpdMethod } from '@mdpd/distill/methods/mdpd-method';
import { sideMethod } from '@mdpd/distill/methods/side-method';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absoluteDifference, largest } from './differences.ts';
import { tinyModel, type TinyModelName } from './fixtures/tiny-models.ts';
import { trainingJob } from './training-job.ts';

const side = { reductionFactor: 2, heads: 2, context: 1 };
const feature = { mode: 'hierarchical', rank: 8, boundary: 1 };
const lora = { rank: 2, alpha: 2 };
const unlabelled = { batchSize: 3 };
const mdpd = { side, feature, unlabelled, warmup: 0.3 };
/** Without the warm-up, whose graph is a part of the joint one: other cases have it. */
const joint = { ...mdpd, warmup: 0 };
const label = (name: string): MethodProvider => labelMethods.find((method) => method.name === name)!;

interface Variant {
  readonly model?: TinyModelName;
  readonly train?: Partial<TrainSettings>;
}

const cases: [name: string, method: MethodProvider, settings: object, variant?: Variant][] = [
  ['head', label('head'), {}],
  ['norm', label('norm'), {}],
  ['norm, block by block', label('norm'), { recompute: true }],
  ['bias', label('bias'), {}],
  ['bias, block by block, two streams', label('bias'), { recompute: true }, { model: 'two' }],
  ['lora', label('lora'), { lora }],
  ['lora without norms, block by block', label('lora'), { lora, norms: false, recompute: true }],
  ['full', label('full'), {}],
  [
    'full, block by block, clipped, smoothed',
    label('full'),
    { recompute: true },
    { train: { clipNorm: 0.5, labelSmoothing: 0.1 } },
  ],
  ['side', sideMethod, { side, feature: { ...feature, mode: 'none' } }],
  ['side, with feature loss, two streams', sideMethod, { side, feature }, { model: 'two' }],
  // The longest of all, so that what drifts has time to.
  [
    'mdpd, norm+lora+head, 20 steps',
    mdpdMethod,
    { ...mdpd, fade: { train: 'norm+lora+head', lora } },
    { train: { steps: 20 } },
  ],
  [
    'mdpd, head, all imitate',
    mdpdMethod,
    { ...joint, fade: { train: 'head' }, feature: { ...feature, mode: 'imitate' } },
  ],
  [
    'mdpd, norm+head, all generate',
    mdpdMethod,
    { ...joint, fade: { train: 'norm+head' }, feature: { ...feature, mode: 'generate' } },
  ],
  [
    'mdpd, plain gradients, last block, no feature loss',
    mdpdMethod,
    {
      ...joint,
      feature: { ...feature, mode: 'none' },
      fade: { train: 'norm+lora+head', lora, recompute: false, blocks: 1 },
    },
  ],
  [
    'mdpd, every other step, silent warm-up, gate, side teacher',
    mdpdMethod,
    {
      ...mdpd,
      duringWarmup: 'side',
      fade: { train: 'norm+head', every: 2 },
      logit: { gate: 'label', teacher: 'side' },
    },
  ],
  [
    'mdpd, no logit loss, no warm-up, nothing unlabelled',
    mdpdMethod,
    { ...mdpd, unlabelled: { batchSize: 0 }, logit: { alpha: 0 }, warmup: 0 },
  ],
  ['head, texts', label('head'), {}, { model: 'text' }],
  ['norm, scores, block by block', label('norm'), { recompute: true }, { model: 'score' }],
  ['bias, hidden words', label('bias'), {}, { model: 'words' }],
  ['lora, encoder and decoder', label('lora'), { lora }, { model: 'pair' }],
  ['full, hidden words, block by block', label('full'), { recompute: true }, { model: 'words' }],
  ['full, answers, block by block', label('full'), { recompute: true }, { model: 'answer' }],
  ['side, texts', sideMethod, { side, feature }, { model: 'text' }],
  ['side, answers', sideMethod, { side, feature }, { model: 'answer' }],
  [
    'mdpd, texts, norm+lora+head',
    mdpdMethod,
    { ...mdpd, fade: { train: 'norm+lora+head', lora } },
    { model: 'text' },
  ],
  ['mdpd, scores, gate', mdpdMethod, { ...joint, logit: { gate: 'label' } }, { model: 'score' }],
  ['mdpd, hidden words', mdpdMethod, { ...joint, fade: { train: 'norm+head' } }, { model: 'words' }],
  [
    'mdpd, encoder and decoder, all generate',
    mdpdMethod,
    { ...joint, feature: { ...feature, mode: 'generate' } },
    { model: 'pair' },
  ],
  ['mdpd, answers', mdpdMethod, { ...mdpd, fade: { train: 'norm+lora+head', lora } }, { model: 'answer' }],
];

const executors: Record<string, Executor> = {};
beforeAll(async () => {
  executors['cpu'] = await cpuExecutor.start();
  executors['onnxruntime'] = await onnxruntimeExecutor.start({ threads: 1 });
});
afterAll(() => executors['onnxruntime']!.stop());

/**
 * Steps on which rounding stays rounding: six, in which every phase runs more than once. AdamW divides by the size of a gradient: one that is zero but for
 * rounding (of a key's bias, for one) would move its parameter as far as any other, and layer norms over the few numbers
 * of a tiny side network blow such differences up; tfjs's own backends then drift apart alike.
 */
const gentle = {
  steps: 6,
  batchSize: 6,
  epsilon: 1e-4,
  learningRate: { head: 2e-3, norm: 2e-3, bias: 2e-3, lora: 2e-3, weight: 1e-3, side: 1e-3 },
};

interface Outcome {
  readonly parameters: HostRecord;
  readonly losses: readonly number[];
  readonly parts: readonly Readonly<Record<string, number>>[];
  /** Logits of the test split by path. */
  readonly logits: Readonly<Record<string, number[]>>;
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly leaked: readonly number[];
}

/** What training leaves, and what the trained models say about the test split. */
async function outcome(
  name: string,
  method: MethodProvider,
  settings: object,
  variant: Variant,
): Promise<Outcome> {
  const executor = executors[name]!;
  const before = executor.memory();
  const { provider, backbone, task } = tinyModel(variant.model ?? 'one', {
    width: 16,
    sizes: { train: 32, test: 10 },
  });
  const job = trainingJob({
    executor,
    method,
    settings,
    provider,
    backbone,
    task,
    train: { ...gentle, ...variant.train },
  });
  const run = await train(job);
  const steps = job.records.filter((record: RunRecord): record is StepRecord => record.type === 'step');
  const logits: Record<string, number[]> = {};
  const metrics: Record<string, Record<string, number>> = {};
  for (const path of run.method.paths) {
    logits[path] = [];
    const seen: typeof task = {
      ...task,
      decode: (output) => {
        logits[path]!.push(...output);
        return task.decode(output);
      },
    };
    const result = await evaluate({
      executor,
      task: seen,
      dataset: task.splits.test!,
      batchSize: 4,
      params: run.state,
      forward: (params, input) => run.method.forward(path, params, input),
    });
    metrics[path] = result.metrics;
  }
  const parameters = {
    ...(await readRecord(executor, run.state.trained)),
    ...(await readRecord(executor, run.state.side)),
  };
  run.dispose();
  const after = executor.memory();
  return {
    parameters,
    losses: steps.map(({ loss }) => loss),
    parts: steps.map(({ parts }) => parts),
    logits,
    metrics,
    leaked: [after.liveTensors - before.liveTensors, after.liveBytes - before.liveBytes],
  };
}

const whole = cases.map(
  ([name, method, settings, variant = {}]) => [name, method, settings, variant] as const,
);

describe.each(whole)('%s', (_name, method, settings, variant) => {
  it(
    'trains compiled as on cpu: parameters and both evaluations within 1e-4',
    { timeout: 120_000 },
    async () => {
      const expected = await outcome('cpu', method, settings, variant);
      const actual = await outcome('onnxruntime', method, settings, variant);
      expect(Object.keys(actual.parameters)).toEqual(Object.keys(expected.parameters));
      const far = Object.entries(expected.parameters)
        .map(([name, { data }]) => [name, absoluteDifference(actual.parameters[name]!.data, data)] as const)
        .filter(([, difference]) => !(difference <= 1e-4));
      expect(Object.fromEntries(far)).toEqual({});
      expect(actual.losses).toHaveLength(variant.train?.steps ?? gentle.steps);
      expect(absoluteDifference(actual.losses, expected.losses)).toBeLessThan(
        1e-4 * largest(expected.losses),
      );
      for (const [path, values] of Object.entries(expected.logits)) {
        expect(absoluteDifference(actual.logits[path]!, values)).toBeLessThan(1e-4 * largest(values));
      }
      for (const [path, metrics] of Object.entries(expected.metrics)) {
        const close = Object.entries(metrics).map(([name, value]) => [
          name,
          expect.closeTo(value, 4) as number,
        ]);
        expect(actual.metrics[path]).toEqual(Object.fromEntries(close));
      }
      actual.parts.forEach((parts, step) =>
        expect(Object.keys(parts)).toEqual(Object.keys(expected.parts[step]!)),
      );
      expect(actual.leaked).toEqual([0, 0]);
    },
  );
});
