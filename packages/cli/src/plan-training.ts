/**
 * Memory and time of a training, before it: the step of every phase is traced on tensors without values, and its graph
 * tells what will be alive at once and what has to be computed.
 */
import {
  type Backbone,
  type Batch,
  type Head,
  type HostRecord,
  type HostTensor,
  type Method,
  type MethodProvider,
  type ParameterSpec,
  type StepInput,
  type Task,
  type TensorRecord,
  type TrainSettings,
  type TrainState,
} from '@mdpd/core';
import type { Speed } from '@mdpd/compile/calibrate';
import { forecast, shapeOnly, type Forecast } from '@mdpd/compile/forecast';
import { bucketRanks } from '@mdpd/distill/engine/buckets';
import { stepLoader, type StepBatches } from '@mdpd/distill/engine/load-step';
import { planSteps, type StepPlan } from '@mdpd/distill/engine/plan-steps';
import { tokenCounts } from '@mdpd/distill/token-counts';
import { createRandom } from '@mdpd/tensor/random';
import { plannedRss } from './planned-memory.ts';

export interface PlanJob {
  readonly backbone: Backbone;
  readonly head: Head;
  readonly task: Task;
  readonly train: TrainSettings;
  /** Resident set of the process with libraries and data, without weights: bytes. */
  readonly baseBytes: number;
  readonly speed: Speed;
}

export interface MethodPlan {
  readonly method: string;
  /** Parameters that training changes, the side network's included. */
  readonly trainableParameters: number;
  /** Weights, side network and moments. */
  readonly stateBytes: number;
  /** Intermediate values of a step, where most are alive. */
  readonly arenaBytes: number;
  readonly peakRssBytes: number;
  /** Mean over the steps of the training. */
  readonly secondsPerStep: number;
  readonly steps: number;
  /** Of all steps; evaluation comes on top. */
  readonly totalSeconds: number;
}

/** Throws what the method finds wrong with the backbone or its settings, and DATA_EMPTY_SPLIT. */
export async function planMethod(
  job: PlanJob,
  provider: MethodProvider,
  settings: unknown,
): Promise<MethodPlan> {
  const { task, train, speed } = job;
  const plan = planSteps(task.splits.train!, train);
  const method = createMethod(job, provider, settings, plan);
  const state = method.initialize(zeros(job), createRandom(train.seed).fork('method'));
  const { indices, lengths } = largestBatch(job, plan);
  const batches = await stepLoader(job, method, { ...plan, indices: () => indices })(0);
  const counts = phaseCounts(method, plan.steps);
  const phases = [...counts].map(([name, steps]) => {
    const found = forecastPhase(job, method, name, state, batches);
    return { steps, found, seconds: lengths.time * secondsOf(found, speed) };
  });
  const most = (of: (found: Forecast) => number): number => Math.max(...phases.map(({ found }) => of(found)));
  // Every length of inputs has a graph of its own, which keeps its memory to the end of the phase.
  const arenaBytes = lengths.memory * most((found) => found.arenaBytes);
  const nodes = lengths.graphs * most((found) => found.nodes);
  const stateBytes = Object.values(state).reduce((sum, part) => sum + bytesOf(part as HostRecord), 0);
  const liveBytes = stateBytes + most(({ resultBytes }) => resultBytes) + inputBytes(batches);
  const totalSeconds = phases.reduce((sum, { steps, seconds }) => sum + steps * seconds, 0);
  return {
    method: provider.name,
    trainableParameters: (bytesOf(state.trained) + bytesOf(state.side)) / 4,
    stateBytes,
    arenaBytes,
    peakRssBytes: plannedRss({ baseBytes: job.baseBytes, liveBytes, arenaBytes, nodes }),
    secondsPerStep: totalSeconds / plan.steps,
    steps: plan.steps,
    totalSeconds,
  };
}

function createMethod(
  { backbone, head, task, train }: PlanJob,
  provider: MethodProvider,
  settings: unknown,
  { steps }: StepPlan,
): Method {
  return provider.create({
    backbone,
    head,
    parameters: [...backbone.parameters, ...head.parameters],
    task,
    settings,
    optimization: train,
    steps,
    seed: train.seed,
    hasUnlabelled: (task.splits.unlabelled?.size ?? 0) > 0,
  });
}

/** Parameters of the right shapes. Pages of zeros that nobody writes take no memory. */
function zeros({ backbone, head }: PlanJob): HostRecord {
  const zero = ({ name, shape }: ParameterSpec): [string, HostTensor] => {
    const data = new Float32Array(shape.reduce((size, length) => size * length, 1));
    return [name, { data, shape, dtype: 'float32' }];
  };
  return Object.fromEntries([...backbone.parameters, ...head.parameters].map(zero));
}

/** What all lengths of inputs together are of the largest: in memory, and in time on the average. */
interface Lengths {
  readonly memory: number;
  readonly time: number;
  /** Graphs that are made, one for each length. */
  readonly graphs: number;
}

/** Examples of the largest batch, and how the others compare with it: in proportion to their numbers of tokens. */
function largestBatch(
  { task }: PlanJob,
  plan: StepPlan,
): { readonly indices: Int32Array; readonly lengths: Lengths } {
  const dataset = task.splits.train!;
  const ranks = bucketRanks(dataset);
  if (!ranks) return { indices: plan.indices(0), lengths: { memory: 1, time: 1, graphs: 1 } };
  const largest = ranks.reduce((most, rank) => Math.max(most, rank), 0);
  const members = [...ranks.keys()].filter((index) => ranks[index] === largest);
  const indices = Int32Array.from({ length: plan.batchSize }, (_, i) => members[i % members.length]!);
  const sizes = [...ranks.keys()].map((index) => dataset.bucket!(index));
  const longest = Math.max(...sizes);
  // A bucket that fills no batch goes with the next larger one.
  const full = [...new Set(sizes)].filter(
    (size) => size === longest || sizes.filter((each) => each === size).length >= plan.batchSize,
  );
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return {
    indices,
    lengths: {
      memory: full.reduce((sum, size) => sum + size, 0) / longest,
      time: mean / longest,
      graphs: full.length,
    },
  };
}

/** How many steps every phase has. */
function phaseCounts(method: Method, steps: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let step = 0; step < steps; step++) {
    const name = method.phase(step);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function forecastPhase(
  { backbone }: PlanJob,
  method: Method,
  phase: string,
  state: Readonly<Record<keyof TrainState, HostRecord>>,
  { main, extra }: StepBatches,
): Forecast {
  const scalars = Object.keys(method.scalars(0)).map((name) => [name, shapeOnly([], 'float32')]);
  const input: StepInput = {
    input: shapesOf(main.input),
    target: shapesOf(main.target),
    extra: Object.fromEntries(Object.entries(extra).map(([name, batch]) => [name, shapesOf(batch.input)])),
    noise: shapesOf(method.noise(0, main.size, tokenCounts(backbone, main.input))),
    scalars: Object.fromEntries(scalars) as StepInput['scalars'],
  };
  const shapes = Object.fromEntries(Object.entries(state).map(([part, record]) => [part, shapesOf(record)]));
  const donate = { argument: 0, result: 'state' };
  return forecast(method.phases[phase]!, [shapes as unknown as TrainState, input], donate);
}

function shapesOf(record: HostRecord): TensorRecord {
  return Object.fromEntries(
    Object.entries(record).map(([name, { shape, dtype }]) => [name, shapeOnly(shape, dtype)]),
  );
}

function bytesOf(record: HostRecord): number {
  return Object.values(record).reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** Inputs of a step. */
function inputBytes({ main, extra }: StepBatches): number {
  const own = ({ input, target }: Pick<Batch, 'input' | 'target'>): number =>
    bytesOf(input) + bytesOf(target);
  return Object.values(extra).reduce((sum, batch) => sum + own(batch), own(main));
}

function secondsOf({ flops, movedBytes, nodes }: Forecast, speed: Speed): number {
  const { flopsPerSecond, bytesPerSecond, secondsPerNode } = speed;
  return flops / flopsPerSecond + movedBytes / bytesPerSecond + nodes * secondsPerNode;
}
