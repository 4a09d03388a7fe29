/** The batches of a step: the training examples, their further views, and unlabelled examples. */
import type { Batch, Dataset, LoadOptions, Method, Task, TrainSettings } from '@mdpd/core';
import { ahead } from './ahead.ts';
import { padInputs } from './pad-inputs.ts';
import { planSteps, type StepPlan } from './plan-steps.ts';

export interface StepBatches {
  readonly main: Batch;
  /** `view1`, …, and `unlabelled`. */
  readonly extra: Readonly<Record<string, Batch>>;
}

type Load = (step: number) => Promise<StepBatches>;

/** Loads what a step reads; depends on (seed, step) alone. */
export function stepLoader(
  { task, train }: { readonly task: Task; readonly train: TrainSettings },
  { views, unlabelled }: Pick<Method, 'views' | 'unlabelled'>,
  plan: StepPlan,
): Load {
  const dataset = task.splits.train!;
  const more = unlabelled > 0 ? unlabelledLoader(task.splits.unlabelled, unlabelled, train) : undefined;
  const load: Load = async (step) => {
    const indices = [...plan.indices(step)];
    const options: LoadOptions = { augment: true, seed: train.seed, epoch: plan.epoch(step) };
    const extra: Record<string, Batch> = {};
    for (let view = 1; view < views; view++) {
      extra[`view${view}`] = await dataset.load(indices, { ...options, view });
    }
    if (more) extra['unlabelled'] = await more(step);
    const main = await dataset.load(indices, { ...options, view: 0 });
    return more ? padAlike(main, extra) : { main, extra };
  };
  return (step) => ahead(load(step));
}

/** Always `count` examples, because steps have static shapes: a smaller split is gone through more than once. */
function unlabelledLoader(
  dataset: Dataset | undefined,
  count: number,
  train: TrainSettings,
): ((step: number) => Promise<Batch>) | undefined {
  if (!dataset || dataset.size === 0) return undefined;
  const plan = planSteps(dataset, { ...train, batchSize: count });
  return (step) => {
    const chosen = plan.indices(step);
    const indices = Array.from({ length: count }, (_, i) => chosen[i % chosen.length]!);
    return dataset.load(indices, { augment: true, seed: train.seed, epoch: plan.epoch(step) });
  };
}

/** All batches of a step in the shape of the largest: they go through the backbone together. */
function padAlike(main: Batch, extra: Readonly<Record<string, Batch>>): StepBatches {
  const inputs = padInputs([main.input, ...Object.values(extra).map(({ input }) => input)]);
  const padded = Object.entries(extra).map(([name, batch], index) => [
    name,
    { ...batch, input: inputs[index + 1]! },
  ]);
  return { main: { ...main, input: inputs[0]! }, extra: Object.fromEntries(padded) as StepBatches['extra'] };
}
