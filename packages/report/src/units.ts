/** What the numbers of a chart are in, and how they are written. */
import { formatShare, isShare } from './format.ts';

/** Values are shown `scale` times as large, with `suffix`; `axis` is the name of the unit at the axis. */
export interface Unit {
  readonly scale: number;
  readonly suffix: string;
  readonly axis: string;
}

/** The units that charts use. */
export const units = {
  number: { scale: 1, suffix: '', axis: '' },
  share: { scale: 100, suffix: ' %', axis: '%' },
  megabytes: { scale: 1e-6, suffix: ' MB', axis: 'MB' },
  milliseconds: { scale: 1, suffix: ' ms', axis: 'ms' },
  perSecond: { scale: 1, suffix: ' examples/s', axis: 'examples/s' },
} as const satisfies Record<string, Unit>;

/** Shares are shown in per cent, other metrics as they are. */
export function unitOfMetric(metric: string): Unit {
  return isShare(metric) ? units.share : units.number;
}

/** Four significant digits at most; thousands are set apart. */
export function shownNumber(value: number): string {
  const short = rounded(value);
  return Math.abs(short) >= 1000 ? short.toLocaleString('en-US') : String(short);
}

/** The value at four significant digits, at five where it is in thousands. */
export function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}

/** `83.14 %`, `312 MB` */
export function withUnit(value: number, unit: Unit): string {
  return shownNumber(value * unit.scale) + unit.suffix;
}

/** Digits after the point of a share in per cent, of so many examples: one where the second would be noise. */
function digitsOf(examples: number): number {
  return examples >= 5000 ? 2 : 1;
}

/** A metric of so many examples: `96.95 %` of a share, `0.6123` of any other. */
export function shownMetric(metric: string, value: number, examples: number): string {
  return isShare(metric) ? formatShare(value, digitsOf(examples)) : value.toFixed(4);
}

/** A difference of two values of a metric: `1.3 points` of a share, `0.0130` of any other. Never negative. */
export function shownDifference(metric: string, difference: number, examples: number): string {
  const size = Math.abs(difference);
  return isShare(metric) ? `${(100 * size).toFixed(digitsOf(examples))} points` : size.toFixed(4);
}

/** Numbers stay with their units when lines are broken. */
export function unbroken(text: string): string {
  return text.replace(/(?<=\d) (?=(?:%|[kMG]B|ms|s|min|points|×)(?:[^\p{L}]|$))/gu, '\u00a0');
}
