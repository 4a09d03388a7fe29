/** One AdamW update with the recipe's settings and learning rates. */
import type { LearningRates, OptimizationSettings, Params, StepInput, TensorRecord } from '@mdpd/core';
import { adamW, clipByGlobalNorm } from '@mdpd/tensor/adamw';
import { learningRateFactor } from '@mdpd/tensor/schedule';
import type { Scalar } from '@tensorflow/tfjs-core';

const rateNames: readonly (keyof LearningRates)[] = ['head', 'norm', 'bias', 'lora', 'weight', 'side'];

/** `step` (1-based, of AdamW's bias correction) and `rate.<kind>`, for a step counted from 0. */
export function optimizerScalars(
  optimization: OptimizationSettings,
  step: number,
  steps: number,
): Record<string, number> {
  const factor = learningRateFactor(
    { schedule: optimization.schedule, warmup: optimization.warmup, steps },
    step,
  );
  const rates = rateNames.map((name) => [`rate.${name}`, optimization.learningRate[name] * factor]);
  return { step: step + 1, ...Object.fromEntries(rates) };
}

/** Which learning rate each trained tensor has, and which of them decay. */
export interface Group {
  /** Which learning rate a tensor has. */
  readonly rateOf: (name: string) => keyof LearningRates;
  /** Whether weight decay shrinks it. */
  readonly decays: (name: string) => boolean;
}

/**
 * New values of a group of tensors and of its moments. `optimizer` may hold other groups' moments: only this group's
 * are read and returned.
 */
export function updateGroup(
  optimization: OptimizationSettings,
  group: Group,
  values: Params,
  grads: TensorRecord,
  optimizer: Params,
  scalars: StepInput['scalars'],
  step: Scalar = scalars['step']!,
): { params: TensorRecord; moments: TensorRecord } {
  const clipped = optimization.clipNorm > 0 ? clipByGlobalNorm(grads, optimization.clipNorm) : grads;
  return adamW(values, clipped, optimizer, {
    step,
    learningRate: (name) => scalars[`rate.${group.rateOf(name)}`]!,
    weightDecay: (name) => (group.decays(name) ? optimization.weightDecay : 0),
    beta1: optimization.beta1,
    beta2: optimization.beta2,
    epsilon: optimization.epsilon,
  });
}
