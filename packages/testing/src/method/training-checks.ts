/** Checks of how a method trains: reproducibly, with purpose, and by pure functions. */
import * as tf from '@tensorflow/tfjs-core';
import type { HostRecord } from '@mdpd/core';
import { z } from 'zod';
import { ensure, type Check } from '../check.ts';
import { differingNames, relativeDifference } from '../differences.ts';
import { ensureCompiles } from '../ensure-compiles.ts';
import { withoutReads } from '../no-reads.ts';
import { hosted, shipped } from './state-checks.ts';
import { modelsFor, parse, withRun, type MethodRun, type MethodSubject } from './subject.ts';

const everything = (run: MethodRun): HostRecord => ({
  ...shipped(run),
  ...hosted(run.state().trained),
  ...hosted(run.state().side),
});

async function checkDeterminism(subject: MethodSubject): Promise<void> {
  const after = (seed: number): Promise<{ values: HostRecord; losses: string }> =>
    withRun(subject, { seed, steps: 8, run: 8 }, (run, steps) => ({
      values: everything(run),
      losses: JSON.stringify(steps),
    }));
  const [first, same, other] = [await after(1), await after(1), await after(2)];
  const differing = differingNames(first.values, same.values);
  ensure(differing.length === 0, `the same seed gives another ${differing[0]}`);
  ensure(first.losses === same.losses, 'the same seed gives other losses');
  ensure(differingNames(first.values, other.values).length > 0, 'another seed gives the same values');
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

async function checkLearning(subject: MethodSubject): Promise<void> {
  await withRun(subject, { steps: 30, run: 30 }, (_run, steps) => {
    // Steps of several phases have losses that mean different things: a part of each is followed instead.
    const parts = new Set(steps.flatMap((step) => Object.keys(step.parts)));
    const labels = ['taskLoss', 'sideLoss'].filter((name) => parts.has(name));
    const followed = labels.length > 0 ? labels : ['loss'];
    for (const name of followed) {
      const values = steps.flatMap((step) => (name === 'loss' ? step.loss : step.parts[name]) ?? []);
      const [start, end] = [mean(values.slice(0, 5)), mean(values.slice(-5))];
      ensure(
        end < start,
        `${name} does not fall in thirty steps: from ${start.toPrecision(3)} to ${end.toPrecision(3)}`,
      );
    }
  });
}

/** The settings with every `recompute` in them turned to `value`; undefined where there is none. */
function withRecompute(settings: unknown, value: boolean): object | undefined {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) return undefined;
  let found = false;
  const entries = Object.entries(settings).map(([key, entry]) => {
    if (key === 'recompute' && typeof entry === 'boolean') {
      found = true;
      return [key, value];
    }
    const inner = withRecompute(entry, value);
    found ||= inner !== undefined;
    return [key, inner ?? entry];
  });
  return found ? (Object.fromEntries(entries) as object) : undefined;
}

async function checkRecompute(subject: MethodSubject): Promise<void> {
  const parsed = parse(subject);
  if (withRecompute(parsed, true) === undefined) return;
  for (const model of modelsFor(subject)) {
    const after = (value: boolean): Promise<HostRecord> =>
      withRun(subject, { model, steps: 1, run: 1, settings: withRecompute(parsed, value) }, (run) => ({
        ...hosted(run.state().optimizer),
        ...shipped(run),
      }));
    const [blockwise, plain] = [await after(true), await after(false)];
    const largestMoment = largestOf(plain, '.m');
    for (const [name, { data }] of Object.entries(plain)) {
      // First moments are the gradients; second ones and values follow from them, values through a sign.
      if (!name.endsWith('.m')) continue;
      const scale = relativeDifference(data, blockwise[name]!.data);
      const negligible = Math.max(...Array.from(data, Math.abs)) < 1e-5 * largestMoment;
      ensure(
        negligible || scale <= 1e-5,
        `recompute changes the gradient of ${name.slice(0, -2)} by ${scale.toExponential(1)}`,
      );
    }
  }
}

function largestOf(record: HostRecord, ending: string): number {
  const values = Object.entries(record).flatMap(([name, { data }]) =>
    name.endsWith(ending) ? Array.from(data, Math.abs) : [],
  );
  return Math.max(0, ...values);
}

async function checkPhases(subject: MethodSubject): Promise<void> {
  await withRun(subject, { steps: 12 }, async (run) => {
    const { method } = run;
    for (let step = 0; step < run.steps; step++) {
      ensure(
        method.phase(step) in method.phases,
        `step ${step} is of phase ${method.phase(step)}, which is not there`,
      );
    }
    for (let step = 0; step < run.steps; step++) await run.step(withoutReads);
  });
  // Every phase, also those that a short run does not come to, twice from the same state.
  await withRun(subject, { steps: 12 }, async (run) => {
    const input = await run.inputOf(0);
    for (const [name, phase] of Object.entries(run.method.phases)) {
      const before = hosted({ ...run.state().frozen, ...run.state().trained, ...run.state().side });
      const once = (): { loss: number; values: HostRecord } => {
        const { loss, state } = withoutReads(() => phase(run.state(), input));
        return { loss: loss.dataSync()[0]!, values: hosted({ ...state.trained, ...state.side }) };
      };
      const [first, second] = [once(), once()];
      ensure(
        first.loss === second.loss && differingNames(first.values, second.values).length === 0,
        `phase ${name} gives another result when it is run again`,
      );
      const after = hosted({ ...run.state().frozen, ...run.state().trained, ...run.state().side });
      ensure(differingNames(before, after).length === 0, `phase ${name} changes the state that it was given`);
    }
  });
}

/** Every phase on every kind of model that the method trains. */
async function checkCompiles(subject: MethodSubject): Promise<void> {
  for (const model of modelsFor(subject)) {
    await withRun(subject, { model, steps: 12 }, async (run) => {
      const input = await run.inputOf(0);
      for (const [name, phase] of Object.entries(run.method.phases))
        ensureCompiles(phase, [run.state(), input], `phase ${name}`);
      tf.dispose(input as unknown as tf.TensorContainer);
    });
  }
}

async function checkScalars(subject: MethodSubject): Promise<void> {
  await withRun(subject, { steps: 12 }, ({ method, steps }) => {
    const keys = (step: number): string => Object.keys(method.scalars(step)).join();
    const layout = (step: number): string =>
      JSON.stringify(
        Object.entries(method.noise(step, 6)).map(([name, { shape, dtype }]) => [name, shape, dtype]),
      );
    for (let step = 0; step < steps; step++) {
      ensure(keys(step) === keys(0), `step ${step} has other scalars than step 0`);
      ensure(
        Object.values(method.scalars(step)).every(Number.isFinite),
        `step ${step} has a scalar that is not finite`,
      );
      ensure(layout(step) === layout(0), `step ${step} has other noise than step 0`);
      const again = differingNames(method.noise(step, 6), method.noise(step, 6));
      ensure(again.length === 0, `the noise ${again[0]} of step ${step} is not the same twice`);
    }
    const same =
      Object.keys(method.noise(0, 6)).length > 0 &&
      differingNames(method.noise(0, 6), method.noise(1, 6)).length === 0;
    ensure(!same, 'all steps have the same noise');
  });
}

interface Described {
  readonly type?: string;
  readonly description?: string;
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, Described>>;
}

function ensureDescribed(node: Described, path: string): void {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const place = path === '' ? key : `${path}.${key}`;
    ensure(Boolean(child.description), `the setting ${place} has no description`);
    ensureDescribed(child, place);
  }
  if (node.properties)
    ensure(node.additionalProperties === false, `${path || 'the settings'} take unknown keys`);
}

async function checkSettings({ provider }: MethodSubject): Promise<void> {
  const empty = provider.settings.safeParse({});
  ensure(empty.success, `settings without a default: ${empty.error?.issues[0]?.path.join('.')}`);
  ensure(!provider.settings.safeParse({ nosuchkey: 1 }).success, 'the settings take unknown keys');
  ensureDescribed(z.toJSONSchema(provider.settings, { unrepresentable: 'any' }) as Described, '');
  ensure(provider.description !== '', 'has no description');
}

export const trainingChecks: readonly Check<MethodSubject>[] = [
  { name: 'has settings with defaults and descriptions, and no others', run: checkSettings },
  { name: 'has the same scalars and noise at every step, by seed and step', run: checkScalars },
  { name: 'has phases that are pure and read no values', run: checkPhases },
  { name: 'has phases that can be compiled', run: checkCompiles },
  { name: 'trains to the same bytes from the same seed', run: checkDeterminism },
  { name: 'learns', run: checkLearning },
  { name: 'has the same gradients with and without recompute', run: checkRecompute },
];
