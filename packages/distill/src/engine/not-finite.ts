/** What a step whose loss is no number was made of: the error that ends the training, and what it takes to look again. */
import { MdpdError, type Batch, type Executor, type StepResult } from '@mdpd/core';
import { isBroken } from './span.ts';
import { inStageOrder, stageFinder, stageName } from './stage-order.ts';
import type { TrainingJob } from './train.ts';

export interface BrokenStep {
  /** From 0. */
  readonly step: number;
  readonly phase: string;
  readonly epoch: number;
  /** Of the examples of its batch, in the training split. */
  readonly indices: readonly number[];
  readonly batch: Pick<Batch, 'input' | 'target' | 'size'>;
  readonly loss: number;
  readonly parts: Readonly<Record<string, number>>;
  /** New values of what the step changed. */
  readonly state: StepResult['state'];
}

type Job = Pick<TrainingJob, 'backbone' | 'head' | 'executor' | 'train'>;

/** TRAIN_NOT_FINITE, with a report of the step for programs and for `mdpd replay`. */
export async function notFinite(job: Job, broken: BrokenStep): Promise<MdpdError> {
  const { step, phase, epoch, indices, loss, parts } = broken;
  const inputs = brokenInputs(broken);
  const updates = await brokenUpdates(job, broken.state);
  const named = Object.entries(parts).filter(([, value]) => !Number.isFinite(value));
  const what = named.map(([name, value]) => `${name} = ${value}`).join(', ') || `loss = ${loss}`;
  return new MdpdError(
    'TRAIN_NOT_FINITE',
    `the loss is no longer a number: ${what}${where(inputs, updates)}`,
    {
      place: `step ${step + 1}`,
      fix:
        inputs.length > 0
          ? 'look at that example: its values are no numbers'
          : `lower train.learningRate, or set train.clipNorm=1; mdpd replay <run> --step ${step + 1} shows where it begins`,
      report: {
        step: step + 1,
        phase,
        epoch,
        seed: job.train.seed,
        examples: [...indices],
        // JSON has no NaN.
        loss: String(loss),
        parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, String(value)])),
        brokenInputs: inputs.map(({ name, example }) => ({ name, example })),
        brokenUpdates: updates.map(({ name }) => name),
      },
    },
  );
}

function where(inputs: readonly BrokenInput[], updates: readonly BrokenUpdate[]): string {
  const [input] = inputs;
  if (input) return `; ${input.name} of training example ${input.example} is not finite already`;
  const [update] = updates;
  if (!update) return '';
  const others = updates.length > 1 ? `, and ${updates.length - 1} more` : '';
  return `; updates that are no numbers: ${update.name} (${update.stage})${others}`;
}

interface BrokenInput {
  readonly name: string;
  /** Index in the training split. */
  readonly example: number;
}

/** Inputs and targets that were no numbers before anything was computed. */
function brokenInputs({ batch, indices }: BrokenStep): BrokenInput[] {
  return Object.entries({ ...batch.input, ...batch.target }).flatMap(([name, { data }]) => {
    const width = data.length / batch.size;
    return indices.flatMap((example, row) =>
      isBroken(data.subarray(row * width, (row + 1) * width)) ? [{ name, example }] : [],
    );
  });
}

interface BrokenUpdate {
  readonly name: string;
  readonly stage: string;
}

/** Parameters whose new values, or moments, are no numbers, block by block: those whose gradient was none. */
async function brokenUpdates(job: Job, state: StepResult['state']): Promise<BrokenUpdate[]> {
  const changed = { ...state.trained, ...state.side };
  const stageOf = stageFinder(job);
  const broken: BrokenUpdate[] = [];
  for (const name of inStageOrder(Object.keys(changed), job)) {
    const moment = state.optimizer?.[`${name}.m`];
    const isFinite =
      (await isFiniteTensor(job.executor, changed[name]!)) &&
      (moment === undefined || (await isFiniteTensor(job.executor, moment)));
    if (!isFinite) broken.push({ name, stage: stageName(stageOf(name)) });
  }
  return broken;
}

async function isFiniteTensor(executor: Executor, tensor: Parameters<Executor['read']>[0]): Promise<boolean> {
  return !isBroken((await executor.read(tensor)).data);
}
