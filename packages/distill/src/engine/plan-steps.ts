/** How many steps a run has and which examples each reads. */
import { MdpdError, type Dataset, type TrainSettings } from '@mdpd/core';
import { epochOrder } from '@mdpd/data/sampler';
import { bucketBatches, bucketRanks } from './buckets.ts';

export interface StepPlan {
  /** Examples a step; the recipe's, or the size of a smaller data set. */
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly steps: number;
  /** Indices of step `step`'s examples; depends on (seed, step) alone. */
  indices(step: number): Int32Array;
  epoch(step: number): number;
}

/**
 * The last, partial batch of an epoch is dropped, so that every step has as many examples. Where the data set has
 * buckets, batches are of one each, as far as they are full; see `bucketBatches`.
 */
export function planSteps(
  dataset: Pick<Dataset, 'size' | 'bucket'>,
  train: Pick<TrainSettings, 'batchSize' | 'epochs' | 'steps' | 'seed'>,
): StepPlan {
  const { size } = dataset;
  if (size === 0) throw new MdpdError('DATA_EMPTY_SPLIT', 'the train split has no examples', { exitCode: 2 });
  const batchSize = Math.min(train.batchSize, size);
  const stepsPerEpoch = Math.floor(size / batchSize);
  const steps = train.steps ?? Math.max(1, Math.round((train.epochs ?? 1) * stepsPerEpoch));
  const ranks = bucketRanks(dataset);
  let cached: { epoch: number; order: Int32Array } = { epoch: -1, order: new Int32Array(0) };
  const orderOf = (epoch: number): Int32Array => {
    if (cached.epoch === epoch) return cached.order;
    const order = epochOrder(size, train.seed, epoch);
    const place = { seed: train.seed, epoch };
    cached = { epoch, order: ranks ? bucketBatches(order, ranks, batchSize, place) : order };
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
