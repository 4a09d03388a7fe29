/** Correlations of scores as SciPy defines them, with a number where SciPy has none. */
import { sampleCorrelation, sampleRankCorrelation } from 'simple-statistics';

/** Whether a correlation is defined: two values or more, all finite, not all equal. */
function varies(values: readonly number[]): boolean {
  return values.length > 1 && values.every(Number.isFinite) && values.some((value) => value !== values[0]);
}

type Correlation = (a: number[], b: number[]) => number;

/** In [−1, 1]; 0 where `of` is not defined. */
function orZero(of: Correlation, a: readonly number[], b: readonly number[]): number {
  if (!varies(a) || !varies(b)) return 0;
  const value = of([...a], [...b]);
  // Values that differ by less than their own rounding have no spread.
  return Number.isFinite(value) ? Math.min(1, Math.max(-1, value)) : 0;
}

/** Pearson's r; 0 for fewer than two values, for values that are all equal, and where one is no finite number. */
export function pearson(a: readonly number[], b: readonly number[]): number {
  return orZero(sampleCorrelation, a, b);
}

/** Spearman's ρ, with average ranks for ties; 0 as `pearson`. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  return orZero(sampleRankCorrelation, a, b);
}

/** Mean of squared differences; 0 of nothing. An output that is no finite number counts as 0. */
export function meanSquaredError(outputs: readonly number[], scores: readonly number[]): number {
  const squares = outputs.map((value, i) => ((Number.isFinite(value) ? value : 0) - scores[i]!) ** 2);
  return squares.length === 0 ? 0 : squares.reduce((sum, square) => sum + square, 0) / squares.length;
}
