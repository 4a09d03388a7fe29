/** Gradients by finite differences, good enough for float32. */

/**
 * Derivative of `fn` at 0 by Richardson's extrapolation of central differences: exact up to the fourth power of the
 * step, so that a step far above the rounding of float32 can be taken.
 */
export function derivative(fn: (by: number) => number, step: number): number {
  const central = (h: number): number => (fn(h) - fn(-h)) / (2 * h);
  return (4 * central(step / 2) - central(step)) / 3;
}

/** Index of the largest |value|. */
export function steepest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i]!) > Math.abs(values[best]!)) best = i;
  return best;
}
