/**
 * One step, run eagerly, with the range of everything that it reads, computes and changes.
 *
 * Letters: L blocks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type {
  Backbone,
  Executor,
  Head,
  HostRecord,
  OptimizationSettings,
  StepInput,
  StepResult,
  TensorRecord,
  TrainState,
} from '@mdpd/core';
import { plainParams, runStates } from '../forward.ts';
import type { HostStep } from './replay.ts';
import { spanOf, type Span } from './span.ts';
import { inStageOrder } from './stage-order.ts';
import { disposeRecord, disposeState, readRecord, stateParts, uploadRecord, uploadState } from './state.ts';
import { watchKernels, type BrokenOperation } from './watch-kernels.ts';

/** In the order in which a step comes to them. */
export type FindingKind = 'state' | 'input' | 'tap' | 'loss' | 'output' | 'gradient' | 'update';

export interface Finding extends Span {
  readonly kind: FindingKind;
  readonly name: string;
}

export interface StepInspection {
  readonly findings: readonly Finding[];
  /** The first that holds something that is no number. */
  readonly first: Finding | undefined;
  /** The first operation whose result is no number although what it reads is. */
  readonly operation: BrokenOperation | undefined;
}

export interface InspectedModel {
  readonly backbone: Backbone;
  readonly head: Head;
  readonly optimization: Pick<OptimizationSettings, 'beta1'>;
}

/** @param executor - an eager one */
export async function inspectStep(
  executor: Executor,
  model: InspectedModel,
  step: HostStep,
): Promise<StepInspection> {
  const state = uploadState(executor, step.state);
  const input = uploadInput(executor, step);
  try {
    const { value, first: operation } = await watchKernels(async () => {
      const taps = await readTaps(executor, model.backbone, step, state, input);
      return [...taps, ...(await runStep(executor, model, step, state, input))];
    });
    const findings = [...stateFindings(step, model), ...inputFindings(step), ...value];
    return { findings, first: findings.find(({ broken }) => broken > 0), operation };
  } finally {
    disposeState(state);
    [input.input, input.target, input.noise, input.scalars as TensorRecord].forEach(disposeRecord);
    Object.values(input.extra).forEach(disposeRecord);
  }
}

function uploadInput(executor: Executor, { input, extra }: HostStep): StepInput {
  const upload = (record: HostRecord): TensorRecord => uploadRecord(executor, record);
  return {
    input: upload(input.input),
    target: upload(input.target),
    noise: upload(input.noise),
    scalars: upload(input.scalars) as StepInput['scalars'],
    extra: Object.fromEntries(Object.entries(extra).map(([name, record]) => [name, upload(record)])),
  };
}

/** Every part of the state in one line, and each of its tensors that is no number in one of its own. */
function stateFindings({ state }: HostStep, model: InspectedModel): Finding[] {
  return stateParts.flatMap((part): Finding[] => {
    const names = inStageOrder(Object.keys(state[part]), model);
    const each = names.map((name): Finding => {
      return { kind: 'state', name: `${part}/${name}`, ...spanOf(state[part][name]!.data) };
    });
    if (each.length === 0) return [];
    const whole = { kind: 'state', name: `${part}, ${each.length} tensors`, ...joined(each) } as const;
    return [...each.filter(({ broken }) => broken > 0), whole];
  });
}

function joined(spans: readonly Span[]): Span {
  const finite = spans.filter(({ least }) => !Number.isNaN(least));
  return {
    least: Math.min(...finite.map(({ least }) => least)),
    largest: Math.max(...finite.map(({ largest }) => largest)),
    values: spans.reduce((sum, { values }) => sum + values, 0),
    broken: spans.reduce((sum, { broken }) => sum + broken, 0),
    first: -1,
  };
}

function inputFindings({ input, extra }: HostStep): Finding[] {
  const of = (record: HostRecord, prefix = ''): Finding[] =>
    Object.entries(record).map(([name, { data }]) => {
      return { kind: 'input', name: prefix + name, ...spanOf(data) } as const;
    });
  return [
    ...of(input.input),
    ...of(input.target, 'target '),
    ...Object.entries(extra).flatMap(([name, record]) => of(record, `${name} `)),
    ...of(input.noise, 'noise '),
    ...of(input.scalars, 'scalar '),
  ];
}

/** h_0 … h_L of every stream, of the model as it stands before the step. */
async function readTaps(
  executor: Executor,
  backbone: Backbone,
  { method }: HostStep,
  state: TrainState,
  input: StepInput,
): Promise<Finding[]> {
  const streams = Object.keys(backbone.streams);
  const taps = executor.prepare('taps', (given: TrainState, at: StepInput['input']) => {
    const states = runStates(backbone, plainParams(method.ship(given)), at);
    const named = states.flatMap((each, index) =>
      streams.map(
        (stream) => [`${index === 0 ? 'embedding' : `block ${index - 1}`} ${stream}`, each[stream]!] as const,
      ),
    );
    return Object.fromEntries(named.map(([name, tensor]) => [name, tf.clone(tensor)]));
  });
  const found = await taps(state, input.input);
  const host = await readRecord(executor, found);
  disposeRecord(found);
  await taps.release();
  return Object.entries(host).map(([name, { data }]) => ({ kind: 'tap', name, ...spanOf(data) }) as const);
}

async function runStep(
  executor: Executor,
  model: InspectedModel,
  step: HostStep,
  state: TrainState,
  input: StepInput,
): Promise<Finding[]> {
  const prepared = executor.prepare(step.phase, step.method.phases[step.phase]!);
  const result = await prepared(state, input);
  try {
    const losses = await readRecord(executor, { ...result.parts, loss: result.loss });
    const { data: output } = await executor.read(result.output);
    return [
      ...Object.entries(losses).map(([name, { data }]) => ({ kind: 'loss', name, ...spanOf(data) }) as const),
      { kind: 'output', name: 'logits', ...spanOf(output) },
      ...(await changeFindings(executor, model, step, result)),
    ];
  } finally {
    const before = new Set(stateParts.flatMap((part) => Object.values(state[part])));
    for (const record of Object.values(result.state))
      for (const tensor of Object.values(record)) if (!before.has(tensor)) tensor.dispose();
    tf.dispose([result.loss, result.output, Object.values(result.parts), Object.values(result.layers ?? {})]);
    await prepared.release();
  }
}

/** Gradients, as the first moments tell them, and what each parameter was changed by. */
async function changeFindings(
  executor: Executor,
  model: InspectedModel,
  { state }: HostStep,
  result: StepResult,
): Promise<Finding[]> {
  const gradients: Finding[] = [];
  const updates: Finding[] = [];
  const changed = { ...result.state.trained, ...result.state.side };
  const before = { ...state.trained, ...state.side };
  const { beta1 } = model.optimization;
  for (const name of inStageOrder(Object.keys(changed), model)) {
    const moment = `${name}.m`;
    const now = result.state.optimizer?.[moment];
    const old = state.optimizer[moment];
    if (now && old && beta1 < 1) {
      const { data } = await executor.read(now);
      const gradient = Float64Array.from(data, (value, i) => (value - beta1 * old.data[i]!) / (1 - beta1));
      gradients.push({ kind: 'gradient', name, ...spanOf(gradient) });
    }
    const { data } = await executor.read(changed[name]!);
    const change = Float64Array.from(data, (value, i) => value - before[name]!.data[i]!);
    updates.push({ kind: 'update', name, ...spanOf(change) });
  }
  return [...gradients, ...updates];
}
