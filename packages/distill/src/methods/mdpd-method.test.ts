import * as tf from '@tensorflow/tfjs-core';
import type { Executor, Method, MethodProvider, StepInput, TrainState } from '@mdpd/core';
import { cpuExecutor } from '@mdpd/tensor/portable-executors';
import { createRandom } from '@mdpd/tensor/random';
import { relativeDifference } from '@mdpd/testing/differences';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { uploadAll } from '@mdpd/testing/model-under-test';
import { trainingJob } from '@mdpd/testing/training-job';
import { beforeAll, describe, expect, it } from 'vitest';
import { uploadState } from '../engine/state.ts';
import { labelMethods } from './label-method.ts';
import { mdpdMethod, phaseOf } from './mdpd-method.ts';
import { mdpdSchema, type MdpdSettings } from './mdpd-settings.ts';
import { sideMethod } from './side-method.ts';

let executor: Executor;
beforeAll(async () => {
  executor = await cpuExecutor.start();
});

const side = { reductionFactor: 2, heads: 2, context: 1 };
const feature = { mode: 'hierarchical', rank: 3, boundary: 1 };
const base = { side, feature, warmup: 0.5, duringWarmup: 'side+label' };

interface Scene {
  readonly method: Method;
  readonly state: TrainState;
  readonly input: StepInput;
}

/** A method on the tiny backbone with the tensors of its first step; unlabelled examples as many as it reads. */
async function scene(
  provider: MethodProvider,
  settings: object,
  { step = 0, steps = 10, hasUnlabelled = false } = {},
): Promise<Scene> {
  const backbone = tinyBackbone({ blocks: 2 });
  const job = trainingJob({ executor, method: provider, settings, backbone });
  const method = provider.create({
    backbone,
    head: job.head,
    parameters: [...backbone.parameters, ...job.head.parameters],
    task: job.task,
    settings: job.settings,
    optimization: job.train,
    steps,
    seed: 0,
    hasUnlabelled,
  });
  const batch = await job.task.splits.train!.load([0, 1, 2, 3, 4, 5], { augment: false, seed: 0, epoch: 0 });
  const more = Array.from({ length: method.unlabelled }, (_, index) => index);
  const unlabelled = await job.task.splits.unlabelled!.load(more, { augment: false, seed: 0, epoch: 0 });
  const scalars = Object.entries(method.scalars(step)).map(([name, value]) => [name, tf.scalar(value)]);
  return {
    method,
    state: uploadState(executor, method.initialize(job.initial, createRandom(0))),
    input: {
      input: uploadAll(batch.input),
      target: uploadAll(batch.target),
      extra: more.length > 0 ? { unlabelled: uploadAll(unlabelled.input) } : {},
      noise: uploadAll(method.noise(step, 6)),
      scalars: Object.fromEntries(scalars) as StepInput['scalars'],
    },
  };
}

describe('phaseOf', () => {
  const phases = (changes: object, steps = 10): string => {
    const settings = mdpdSchema.parse({ ...base, ...changes }) as MdpdSettings;
    return Array.from({ length: steps }, (_, step) => phaseOf(settings, step, steps)[0]).join('');
  };

  it.each([
    ['labels first, then distillation', { warmup: 0.3, duringWarmup: 'side+label' }, 'llljjjjjjj'],
    ['the side network alone first', { warmup: 0.3, duringWarmup: 'side' }, 'sssjjjjjjj'],
    ['no warm-up', { warmup: 0 }, 'jjjjjjjjjj'],
    ['nothing but warm-up', { warmup: 1 }, 'llllllllll'],
    ['a warm-up that ends between steps', { warmup: 0.25 }, 'llljjjjjjj'],
    ['two side steps for a fade step', { warmup: 0.4, fade: { every: 2 } }, 'slslsjsjsj'],
    ['three, and a silent warm-up', { warmup: 0.4, fade: { every: 3 }, duringWarmup: 'side' }, 'sssssjssjs'],
  ])('%s', (_name, changes, expected) => {
    expect(phases(changes)).toBe(expected);
  });
});

describe('mdpd', () => {
  it('counts the updates of the backbone by themselves', async () => {
    const { method } = await scene(mdpdMethod, {
      ...base,
      warmup: 0.4,
      duringWarmup: 'side',
      fade: { every: 2 },
    });
    const phases = Array.from({ length: 10 }, (_, step) => method.phase(step));
    expect(phases.map((phase) => phase[0]).join('')).toBe('sssssjsjsj');
    const counted = Array.from({ length: 10 }, (_, step) => method.scalars(step)['fadeStep']);
    expect(phases.flatMap((phase, step) => (phase === 'side' ? [] : [counted[step]]))).toEqual([1, 2, 3]);
    expect(Array.from({ length: 10 }, (_, step) => method.scalars(step)['step'])).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  it('changes the side network alone in a side step, and both models in the others', async () => {
    const { method, state, input } = await scene(mdpdMethod, { ...base, fade: { train: 'norm+head' } });
    const parts = (phase: string): string[] => Object.keys(method.phases[phase]!(state, input).state).sort();
    expect(parts('side')).toEqual(['optimizer', 'side']);
    expect(parts('label')).toEqual(['optimizer', 'side', 'trained']);
    expect(parts('joint')).toEqual(['optimizer', 'side', 'trained']);
  });

  it('reports what each phase measures', async () => {
    const { method, state, input } = await scene(mdpdMethod, base);
    const parts = (phase: string): string[] => Object.keys(method.phases[phase]!(state, input).parts).sort();
    expect(parts('side')).toEqual(['featureLoss', 'sideLoss']);
    expect(parts('label')).toEqual(['featureLoss', 'sideLoss', 'taskLoss']);
    expect(parts('joint')).toEqual(['distillLoss', 'featureLoss', 'gateShare', 'sideLoss', 'taskLoss']);
  });

  it('reports the logits of the model that ships, before the update, and in a side step those of the side network', async () => {
    const { method, state, input } = await scene(mdpdMethod, base);
    const [faded, sided] = (['faded', 'side'] as const).map((path) =>
      method.forward(path, state, input.input),
    );
    const output = (phase: string): Float32Array =>
      method.phases[phase]!(state, input).output.dataSync() as Float32Array;
    expect(relativeDifference(output('side'), sided!.dataSync())).toBeLessThan(1e-6);
    expect(relativeDifference(output('label'), faded!.dataSync())).toBeLessThan(1e-6);
    expect(relativeDifference(output('joint'), faded!.dataSync())).toBeLessThan(1e-6);
  });

  it('takes the side step first with the old state, so that its update is the same in every phase', async () => {
    const { method, state, input } = await scene(mdpdMethod, base);
    const sides = ['side', 'label', 'joint'].map((phase) => method.phases[phase]!(state, input).state.side!);
    for (const [name, tensor] of Object.entries(sides[0]!)) {
      expect(sides[1]![name]!.dataSync()).toEqual(tensor.dataSync());
      expect(sides[2]![name]!.dataSync()).toEqual(tensor.dataSync());
    }
  });

  it('with nothing to distil is its label-only twin, bit for bit', async () => {
    const twins = [
      ['norm+head', 'norm', {}],
      ['norm+lora+head', 'lora', { lora: { rank: 2, alpha: 4 } }],
      ['head', 'head', {}],
    ] as const;
    for (const [train, twin, extra] of twins) {
      const fade = { train, recompute: false, ...extra };
      const mdpd = await scene(mdpdMethod, { ...base, fade });
      const label = labelMethods.find(({ name }) => name === twin)!;
      const control = await scene(label, { recompute: false, ...extra });
      const taught = mdpd.method.phases['label']!(mdpd.state, mdpd.input).state.trained!;
      const trained = control.method.phases['train']!(control.state, control.input).state.trained!;
      expect(Object.keys(taught)).toEqual(Object.keys(trained));
      for (const [name, tensor] of Object.entries(trained))
        expect(taught[name]!.dataSync()).toEqual(tensor.dataSync());
    }
  });

  it('has the side network that method `side` has: same start, same update', async () => {
    const mdpd = await scene(mdpdMethod, { ...base, fade: { train: 'head' } });
    const alone = await scene(sideMethod, { side, feature });
    const one = mdpd.method.phases['side']!(mdpd.state, mdpd.input).state.side!;
    const other = alone.method.phases['train']!(alone.state, alone.input).state.side!;
    expect(Object.keys(one)).toEqual(Object.keys(other));
    for (const [name, tensor] of Object.entries(one))
      expect(tensor.dataSync()).toEqual(other[name]!.dataSync());
  });

  it.each(['head', 'norm+head', 'norm+lora+head'])(
    'gets the same gradients block by block as at once: %s',
    async (train) => {
      const run = async (recompute: boolean, phase: string) => {
        const { method, state, input } = await scene(mdpdMethod, {
          ...base,
          fade: { train, recompute, lora: { rank: 2, alpha: 2 } },
        });
        return method.phases[phase]!(state, input).state.optimizer!;
      };
      for (const phase of ['label', 'joint']) {
        const [blockwise, plain] = [await run(true, phase), await run(false, phase)];
        expect(Object.keys(blockwise).sort()).toEqual(Object.keys(plain).sort());
        // First moments are a tenth of the gradients.
        for (const [name, tensor] of Object.entries(plain)) {
          if (!name.endsWith('.m')) continue;
          const difference = relativeDifference(blockwise[name]!.dataSync(), tensor.dataSync());
          if (!name.includes('key.bias')) expect(difference).toBeLessThanOrEqual(1e-5);
        }
      }
    },
  );

  it('measures the boundary only where it would be used', () => {
    const needs = (changes: object): boolean =>
      mdpdMethod.needsBoundary!(mdpdSchema.parse({ feature: changes }));
    expect(needs({ mode: 'hierarchical', boundary: 'measured', weight: 1 })).toBe(true);
    expect(needs({ mode: 'hierarchical', boundary: 'half' })).toBe(false);
    expect(needs({ mode: 'hierarchical', boundary: 2 })).toBe(false);
    expect(needs({ mode: 'imitate', boundary: 'measured' })).toBe(false);
    expect(needs({ mode: 'none', boundary: 'measured' })).toBe(false);
    expect(needs({ mode: 'hierarchical', boundary: 'measured', weight: 0 })).toBe(false);
  });

  it('has no feature tensors without a feature loss', async () => {
    const names = async (changes: object): Promise<string[]> => {
      const { state } = await scene(mdpdMethod, { ...base, feature: { ...feature, ...changes } });
      return Object.keys(state.side).filter((name) => name.startsWith('feature.'));
    };
    expect(await names({ mode: 'none' })).toEqual([]);
    expect(await names({ weight: 0 })).toEqual([]);
    expect((await names({ mode: 'imitate' })).some((name) => name.includes('generator'))).toBe(false);
    expect((await names({ mode: 'generate' })).filter((name) => name.endsWith('mask_token'))).toHaveLength(2);
  });

  it('draws masks by seed and step alone, one layer for every deep block', async () => {
    const { method } = await scene(mdpdMethod, { ...base, feature: { ...feature, maskRatio: 0.5 } });
    const masks = [0, 0, 1].map((step) => method.noise(step, 6)['mask.main']!);
    expect(masks[0]!.shape).toEqual([1, 6, 5, 1]);
    expect(masks[1]).toEqual(masks[0]);
    expect(masks[2]!.data).not.toEqual(masks[0]!.data);
  });

  describe('with unlabelled examples', () => {
    const settings = {
      ...base,
      unlabelled: { batchSize: 4, weight: 1, confidence: 0 },
      logit: { alpha: 0.5, gate: 'none', teacher: 'side' },
      fade: { train: 'norm+head' },
    };
    const many = { hasUnlabelled: true };

    it('asks for as many as its settings say, where the data have some', async () => {
      expect((await scene(mdpdMethod, settings, many)).method.unlabelled).toBe(4);
      expect((await scene(mdpdMethod, settings)).method.unlabelled).toBe(0);
      const none = { ...settings, unlabelled: { batchSize: 0 } };
      expect((await scene(mdpdMethod, none, many)).method.unlabelled).toBe(0);
    });

    it('hides tokens of all examples', async () => {
      const { method } = await scene(mdpdMethod, settings, many);
      expect(method.noise(0, 6)['mask.main']!.shape).toEqual([1, 10, 5, 1]);
    });

    it('reports the logits of the labelled ones', async () => {
      const { method, state, input } = await scene(mdpdMethod, settings, many);
      for (const phase of ['side', 'label', 'joint'])
        expect(method.phases[phase]!(state, input).output.shape).toEqual([6, 3]);
    });

    it('learns from them by distillation alone: label losses stay those of the labelled ones', async () => {
      const [with_, without] = [await scene(mdpdMethod, settings, many), await scene(mdpdMethod, settings)];
      const parts = ({ method, state, input }: Scene, phase: string): Record<string, number> =>
        Object.fromEntries(
          Object.entries(method.phases[phase]!(state, input).parts).map(([name, part]) => [
            name,
            part.dataSync()[0]!,
          ]),
        );
      for (const phase of ['label', 'joint']) {
        const [more, fewer] = [parts(with_, phase), parts(without, phase)];
        expect(more['sideLoss']).toBeCloseTo(fewer['sideLoss']!, 5);
        expect(more['taskLoss']).toBeCloseTo(fewer['taskLoss']!, 5);
        expect('sureShare' in more).toBe(phase === 'joint');
        // Features are taught on all of them.
        expect(more['featureLoss']).not.toBeCloseTo(fewer['featureLoss']!, 3);
      }
      const trained = ({ method, state, input }: Scene, phase: string): Float32Array =>
        method.phases[phase]!(state, input).state.optimizer![
          'classifier.weight.m'
        ]!.dataSync() as Float32Array;
      expect(relativeDifference(trained(with_, 'label'), trained(without, 'label'))).toBeLessThan(1e-5);
      expect(relativeDifference(trained(with_, 'joint'), trained(without, 'joint'))).toBeGreaterThan(1e-2);
    });
  });
});
