/** How many steps a run has and which examples each reads. */
import { MdpdError, type TrainSettings } from '@mdpd/core';
import { epochOrder } from '@mdpd/data/sampler';

export interface StepPlan {
  /** Examples a step; the recipe's, or the size of a smaller data set. */
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly steps: number;
  /** Indices of step `step`'s examples; depends on (seed, step) alone. */
  indices(step: number): Int32Array;
  epoch(step: number): number;
}

/** The last, partial batch of an epoch is dropped, so that every step has the same shape. */
export function planSteps(
  size: number,
  train: Pick<TrainSettings, 'batchSize' | 'epochs' | 'steps' | 'seed'>,
): StepPlan {
  if (size === 0) throw new MdpdError('DATA_EMPTY_SPLIT', 'the train split has no examples', { exitCode: 2 });
  const batchSize = Math.min(train.batchSize, size);
  const stepsPerEpoch = Math.floor(size / batchSize);
  const steps = train.steps ?? Math.max(1, Math.round((train.epochs ?? 1) * stepsPerEpoch));
  let cached = { epoch: -1, order: new Int32Array(0) };
  const orderOf = (epoch: number): Int32Array => {
    if (cached.epoch !== epoch)
      cached = { epoch, order: epochOrder(size, train.seed, epoch) as Int32Array<ArrayBuffer> };
    return cached.order;
  };
  const epochOf = (step: number): number => Math.floor(step / stepsPerEpoch);
  return {
    batchSize,
    stepsPerEpoch,
    steps,
    epoch: epochOf,
    indices: (step) => {
      const start = (step % stepsPerEpoch) * batchSize;
      return orderOf(epochOf(step)).slice(start, start + batchSize);
    },
  };
}
