/** Axes: where values stand, and the ticks with their texts. */
import { scaleLinear, scaleLog } from 'd3-scale';

/** Values to places in the picture. */
export interface Axis {
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
  readonly log: boolean;
  readonly domain: readonly [number, number];
}

/** A value at the axis, as it is written. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** How an axis of values is laid out. */
export interface AxisOptions {
  /** Least and largest value, already in the unit of the axis. */
  readonly extent: readonly [number, number];
  /** Places of least and largest. */
  readonly range: readonly [number, number];
  /** Ticks that are wished for. */
  readonly count?: number;
  /** 0 is on it. */
  readonly zero?: boolean;
  /** Values that span more than two decades may stand on a logarithmic axis. */
  readonly mayBeLog?: boolean;
}

/** An axis with round ends. */
export function valueAxis({ extent, range, count = 4, zero, mayBeLog }: AxisOptions): Axis {
  const [low, high] = extent;
  if (mayBeLog && low > 0 && high / low > 100) return logAxis(low, high, range);
  const [from, to] = zero ? [Math.min(0, low), Math.max(0, high)] : [low, high];
  const scale = scaleLinear(widened(from, to), range).nice(count);
  const values = scale.ticks(count);
  const step = values.length > 1 ? values[1]! - values[0]! : 1;
  const ticks = values.map((value) => ({ value, text: tickText(value, step) }));
  return { at: scale, ticks, log: false, domain: scale.domain() as [number, number] };
}

function logAxis(low: number, high: number, range: readonly [number, number]): Axis {
  const scale = scaleLog([low, high], range).nice();
  const domain = scale.domain() as [number, number];
  const [first, last] = domain.map((value) => Math.round(Math.log10(value))) as [number, number];
  const every = Math.ceil((last - first + 1) / 6);
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const ticks = powers
    .filter((_, i) => i % every === 0)
    .map((power) => ({
      value: 10 ** power,
      text: Math.abs(power) <= 3 ? String(10 ** power) : `1e${power}`,
    }));
  return { at: scale, ticks, log: true, domain };
}

/** An axis of one value has a place for it all the same. */
function widened(from: number, to: number): [number, number] {
  if (from < to) return [from, to];
  if (from === 0) return [0, 1];
  const room = Math.abs(from) / 10;
  return [from - room, to + room];
}

/** Whole numbers from `from` to `to`: steps. */
export function stepAxis(from: number, to: number, range: readonly [number, number], count = 4): Axis {
  const scale = scaleLinear([from, Math.max(to, from + 1)], range);
  const ticks = scale
    .ticks(count)
    .filter(Number.isInteger)
    .map((value) => ({ value, text: value.toLocaleString('en-US') }));
  return { at: scale, ticks, log: false, domain: scale.domain() as [number, number] };
}

function tickText(value: number, step: number): string {
  if (value === 0) return '0';
  if (step < 1e-4) return Number(value.toPrecision(3)).toExponential();
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Least and largest of the values; undefined where there is none. */
export function extentOf(values: Iterable<number>): readonly [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/** Room that a text needs, in units of the picture, at the size of axis texts. */
export function textWidth(text: string): number {
  return 6.4 * text.length;
}
