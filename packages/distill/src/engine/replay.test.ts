import { describe, expect, it } from 'vitest';
import { tinyBackbone } from '@mdpd/testing/fixtures/tiny-backbone';
import { tinyTask } from '@mdpd/testing/fixtures/tiny-task';
import { trainingJob, type RecordedJob } from '@mdpd/testing/training-job';
import { wasmExecutor } from '@mdpd/tensor/portable-executors';
import { MdpdError, type Dataset, type Task } from '@mdpd/core';
import { mdpdMethod } from '../methods/mdpd-method.ts';
import { inspectStep, type Finding } from './inspect-step.ts';
import { stepOf } from './replay.ts';
import { readRecord } from './state.ts';
import { train } from './train.ts';

const backbone = tinyBackbone();
const steps = 6;

const jobOf = async (task: Task = tinyTask(backbone)) =>
  trainingJob({ executor: await wasmExecutor.start(), method: mdpdMethod, train: { steps }, backbone, task });

/** The task, with one value of one training batch that is no number. */
function poisoned(load: number): Task {
  const task = tinyTask(backbone);
  const own = task.splits.train!;
  let loads = 0;
  const split: Dataset = {
    ...own,
    load: async (indices, options) => {
      const batch = await own.load(indices, options);
      if (loads++ === load) batch.input['main_values']!.data[0] = NaN;
      return batch;
    },
  };
  return { ...task, splits: { ...task.splits, train: split } };
}

const modelOf = (job: RecordedJob) => ({ ...job, optimization: job.train });

async function failure(run: () => Promise<unknown>): Promise<MdpdError> {
  const thrown: unknown = await run().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof MdpdError)) throw thrown;
  return thrown;
}

describe('stepOf', () => {
  it('leads to the state and the batch of the step, which then gives the very numbers that the run has', async () => {
    const job = await jobOf();
    const trained = await train(job);
    const { trained: after, side } = trained.state;
    const ended = await readRecord(job.executor, { ...after, ...side });
    trained.dispose();
    const last = await stepOf(job, steps - 1);
    expect(last).toMatchObject({ step: 5, steps, phase: 'joint', epoch: 1 });
    expect(last.indices).toHaveLength(16);
    expect(last.input.scalars['step']!.data).toEqual(Float32Array.of(steps));
    const { findings, first, operation } = await inspectStep(job.executor, modelOf(job), last);
    expect([first, operation]).toEqual([undefined, undefined]);
    const updates = findings.filter(({ kind }) => kind === 'update');
    expect(updates.map(({ name }) => name).sort()).toEqual(Object.keys(ended).sort());
    for (const { name, least, largest } of updates) {
      const before = last.state.trained[name] ?? last.state.side[name]!;
      const change = Float64Array.from(ended[name]!.data, (value, i) => value - before.data[i]!);
      expect([least, largest], name).toEqual([Math.min(...change), Math.max(...change)]);
    }
  });

  it('leaves no tensor, and refuses a step that the run does not have', async () => {
    const job = await jobOf();
    const before = job.executor.memory().liveTensors;
    const step = await stepOf(job, 1);
    await inspectStep(job.executor, modelOf(job), step);
    expect(job.executor.memory().liveTensors).toBe(before);
    const { code, message, allowed } = await failure(() => stepOf(job, steps));
    expect([code, message, allowed]).toEqual(['REPLAY_STEP', 'the run has no step 7', '1 to 6']);
  });
});

describe('inspectStep', () => {
  const named = (findings: readonly Finding[]): string[] =>
    findings.filter(({ broken }) => broken > 0).map(({ kind, name }) => `${kind} ${name}`);

  it('finds an input that is no number, and everything that follows from it', async () => {
    const job = await jobOf(poisoned(3));
    const { findings, first } = await inspectStep(job.executor, modelOf(job), await stepOf(job, 2));
    expect(first).toMatchObject({ kind: 'input', name: 'main_values', broken: 1, first: 0 });
    expect(named(findings)).toContain('tap embedding main');
  });

  it('finds the block and the operation where numbers end', async () => {
    const job = await jobOf();
    const step = await stepOf(job, 0);
    // So large that the attention of this block overflows, but finite.
    const name = Object.keys(step.state.frozen).find(
      (each) => /1\..*weight$/.test(each) && step.state.frozen[each]!.shape.length === 2,
    )!;
    step.state.frozen[name]!.data.fill(3e38);
    const { findings, first, operation } = await inspectStep(job.executor, modelOf(job), step);
    expect(first).toMatchObject({ kind: 'tap', name: 'block 1 main' });
    expect(operation?.place).toMatch(/\.ts:\d+:\d+$/);
    expect(named(findings)[0]).toBe('tap block 1 main');
  });
});

describe('TRAIN_NOT_FINITE', () => {
  it('names the example whose input is no number, and keeps what it takes to look again', async () => {
    const { message, place, fix, report } = await failure(async () => train(await jobOf(poisoned(3))));
    const { indices } = await stepOf(await jobOf(), 2);
    expect(message).toMatch(/^the loss is no longer a number: .* = NaN/);
    expect(message).toContain(`; main_values of training example ${indices[0]} is not finite already`);
    expect([place, fix]).toEqual(['step 3', 'look at that example: its values are no numbers']);
    expect(report).toMatchObject({
      step: 3,
      epoch: 0,
      examples: indices,
      brokenInputs: [{ name: 'main_values', example: indices[0] }],
    });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('names the parameter, block by block, where the weights are to blame', async () => {
    const job = await jobOf();
    const initial = structuredClone(job.initial);
    const name = Object.keys(initial).find(
      (each) => /1\..*weight$/.test(each) && initial[each]!.shape.length === 2,
    )!;
    initial[name]!.data.fill(3e38);
    const { message, fix } = await failure(() => train({ ...job, initial }));
    expect(message).toMatch(/; updates that are no numbers: \S+ \([\w ]+\), and \d+ more$/);
    expect(fix).toBe(
      'lower train.learningRate, or set train.clipNorm=1; mdpd replay <run> --step 1 shows where it begins',
    );
  });
});
