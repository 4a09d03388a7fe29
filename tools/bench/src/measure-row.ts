/** Measures one row on one of our executors, with the product's own training loop and forward functions. */
import {
  createRegistry,
  trainSchema,
  type Executor,
  type HostRecord,
  type Method,
  type MethodProvider,
  type Plugin,
  type TensorRecord,
  type TrainSettings,
  type TrainStateHost,
} from '@mdpd/core';
import { flattenState, sideModel } from '@mdpd/cli/side-folder';
import type { Forward } from '@mdpd/distill/engine/evaluate';
import { disposeRecord, uploadRecord } from '@mdpd/distill/engine/state';
import { train } from '@mdpd/distill/engine/train';
import { runModel } from '@mdpd/distill/forward';
import methods from '@mdpd/distill/plugin';
import { rss } from '@mdpd/tensor/memory-meter';
import { createRandom } from '@mdpd/tensor/random';
import { startExecutor } from '@mdpd/tensor/start-executor';
import { rowNamed, type BenchRow, type EngineName, type Job, type Measurement } from './job.ts';
import { timeEpoch } from './measure-epoch.ts';
import { benchModel, seed, type BenchModel } from './model.ts';
import { watchOthers } from './processors.ts';

/** Executor of an engine and the plugin that has it. */
const executors: Readonly<
  Record<Exclude<EngineName, 'pytorch'>, { readonly name: string; load(): Promise<{ default: Plugin }> }>
> = {
  compiled: { name: 'onnxruntime', load: () => import('@mdpd/compile/plugin') },
  wasm: { name: 'wasm', load: () => import('@mdpd/tensor/plugin') },
  tensorflow: { name: 'tensorflow', load: () => import('@mdpd/tensor/plugin') },
};

/** Throws what loading and starting throw. */
export async function startEngine(engine: EngineName): Promise<Executor> {
  if (engine === 'pytorch') throw new Error('PyTorch has a process of its own');
  const { name, load } = executors[engine];
  const registry = createRegistry([(await load()).default]);
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  return (await startExecutor(name, registry.executors.values, say)).executor;
}

export async function measureRow(job: Job): Promise<Measurement> {
  const executor = await startEngine(job.engine);
  try {
    const libraryRssBytes = rss().rssBytes;
    const row = rowNamed(job.row);
    const measured = await measureOn(executor, job, row);
    return { ...measured, libraryRssBytes, peakRssBytes: rss().peakRssBytes };
  } finally {
    await executor.stop();
  }
}

function measureOn(executor: Executor, job: Job, row: BenchRow): Promise<Timed> {
  if (row.kind === 'epoch') return timeEpoch(executor, job, row);
  return row.kind === 'train' ? timeTraining(executor, job, row) : timeForward(executor, job, row);
}

export type Timed = Pick<Measurement, 'times' | 'values' | 'modelRssBytes' | 'othersCpu'>;

/** The training loop itself; a step's time is the one that it reports. */
async function timeTraining(executor: Executor, job: Job, row: BenchRow): Promise<Timed> {
  let modelRssBytes = 0;
  const model = benchModel(job.shape, job.batch, () => (modelRssBytes ||= rss().rssBytes));
  const { backbone, head, task } = model;
  const method = methodOf(row);
  const times: number[] = [];
  const values: number[] = [];
  let others = watchOthers();
  const run = await train({
    backbone,
    head,
    task,
    method,
    executor,
    initial: () => model.initial(),
    settings: method.settings.parse(job.settings),
    train: trainSettings(job),
    reporters: [
      {
        name: 'bench',
        record: (record) => {
          if (record.type !== 'step') return;
          times.push(1000 * record.time.seconds);
          values.push(record.loss);
          if (times.length === job.warmup) others = watchOthers();
        },
      },
    ],
  });
  const othersCpu = others();
  run.dispose();
  return { times: times.slice(job.warmup), values, modelRssBytes, othersCpu };
}

/** One batch after the other, as evaluation runs them: copied in, run, logits read. */
async function timeForward(executor: Executor, job: Job, row: BenchRow): Promise<Timed> {
  const model = benchModel(job.shape, job.batch);
  const batch = await model.task.splits.train!.load([], { augment: false, seed, epoch: 0 });
  const { forward, params } = await shippedModel(executor, job, row, model);
  const run = executor.prepare(`bench ${row.name}`, forward);
  const modelRssBytes = rss().rssBytes;
  const times: number[] = [];
  const values: number[] = [];
  let others = watchOthers();
  for (let repeat = 0; repeat < job.warmup + job.repeats; repeat++) {
    if (repeat === job.warmup) others = watchOthers();
    const started = performance.now();
    const input = uploadRecord(executor, batch.input);
    const logits = await run(params, input);
    values.push((await executor.read(logits)).data[0]!);
    logits.dispose();
    disposeRecord(input);
    times.push(performance.now() - started);
  }
  const othersCpu = others();
  disposeRecord(params);
  return { times: times.slice(job.warmup), values, modelRssBytes, othersCpu };
}

/** What a path of the method runs at inference, with its tensors on the executor and nowhere else. */
async function shippedModel(
  executor: Executor,
  job: Job,
  row: BenchRow,
  model: BenchModel,
): Promise<{ forward: Forward; params: TensorRecord }> {
  const { backbone, head } = model;
  const initial = await model.initial();
  if (row.kind !== 'inference' || row.path !== 'side') {
    // What fades leaves no trace: what ships is backbone and head, under their own names.
    return {
      forward: (params, input) => runModel(backbone, head, params, input),
      params: uploadRecord(executor, initial, true),
    };
  }
  const method = createMethod(job, row, model);
  const { optimizer: _moments, ...state } = initialState(method, initial);
  return {
    forward: sideModel(model.backbone, method).forward,
    params: uploadRecord(executor, flattenState(state)),
  };
}

/** As the training loop creates it. */
export function createMethod(job: Job, row: BenchRow, { backbone, head, task }: BenchModel): Method {
  const provider = methodOf(row);
  return provider.create({
    backbone,
    head,
    parameters: [...backbone.parameters, ...head.parameters],
    task,
    settings: provider.settings.parse(job.settings),
    optimization: job.train,
    steps: job.warmup + job.repeats,
    seed,
    hasUnlabelled: false,
  });
}

/** As the training loop draws it. */
export function initialState(method: Method, initial: HostRecord): TrainStateHost {
  return method.initialize(initial, createRandom(seed).fork('method'));
}

export function methodOf({ method }: BenchRow): MethodProvider {
  return createRegistry([methods]).methods.get(method);
}

export function trainSettings({ train: optimization, batch, warmup, repeats }: Job): TrainSettings {
  return trainSchema.parse({ ...optimization, batchSize: batch, steps: warmup + repeats, seed });
}
