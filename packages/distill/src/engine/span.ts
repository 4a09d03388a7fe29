/** The range of a tensor's values, and which of them are no numbers. */

export interface Span {
  /** Least and largest finite value; NaN where there is none. */
  readonly least: number;
  readonly largest: number;
  readonly values: number;
  /** How many are NaN or infinite. */
  readonly broken: number;
  /** Index of the first of those; −1 without any. */
  readonly first: number;
}

export function spanOf(data: ArrayLike<number>): Span {
  let [least, largest, broken, first] = [Infinity, -Infinity, 0, -1];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!Number.isFinite(value)) {
      if (broken++ === 0) first = i;
      continue;
    }
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  const none = broken === data.length;
  return { least: none ? NaN : least, largest: none ? NaN : largest, values: data.length, broken, first };
}

/** Whether any value is NaN or infinite. */
export function isBroken(data: ArrayLike<number>): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return true;
  return false;
}
