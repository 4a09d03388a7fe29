/** Learning-rate schedules. */

export interface Schedule {
  readonly schedule: 'cosine' | 'linear' | 'constant';
  /** Share of the steps, in [0, 1], over which the rate rises linearly. */
  readonly warmup: number;
  /** Total number of steps. */
  readonly steps: number;
}

/**
 * Factor of the peak learning rate at `step`, counted from 0. It rises linearly to 1 over the warm-up (whose first step
 * already learns something), then falls towards 0, which it would reach at step `steps`, or stays.
 */
export function learningRateFactor({ schedule, warmup, steps }: Schedule, step: number): number {
  const rising = Math.round(warmup * steps);
  if (step < rising) return (step + 1) / rising;
  const done = Math.min((step - rising) / Math.max(steps - rising, 1), 1);
  switch (schedule) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - done;
    case 'cosine':
      return (1 + Math.cos(Math.PI * done)) / 2;
  }
}
