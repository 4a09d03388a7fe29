/** What `--smoke` cuts a run down to: enough to see that everything works, in seconds. */
import type { TrainSettings } from '@mdpd/core';

/** Examples a split. */
export const smokeExamples = 32;

/** Optimizer steps. */
export const smokeSteps = 4;

/** Training settings of a smoke run; `smoke: false` leaves them as they are. */
export function smokeSettings(train: TrainSettings, smoke: boolean): TrainSettings {
  if (!smoke) return train;
  const { epochs: _epochs, ...rest } = train;
  return { ...rest, steps: Math.min(train.steps ?? smokeSteps, smokeSteps) };
}
