/** Rows by number, wherever they are kept: a million of them need not be a million JavaScript objects. */

export interface RowList<T> {
  readonly size: number;
  at(index: number): T;
}

/** The values of an array as rows. */
export const rowsOf = <T>(values: readonly T[]): RowList<T> => ({
  size: values.length,
  at: (index) => values[index]!,
});

/** Some of the rows, by their numbers. */
export const pickRows = <T>(list: RowList<T>, numbers: ArrayLike<number>): RowList<T> => ({
  size: numbers.length,
  at: (index) => list.at(numbers[index]!),
});

/** At most so many, evenly spread. */
export function spreadRows<T>(list: RowList<T>, most: number): RowList<T> {
  const { size } = list;
  if (most >= size) return list;
  return pickRows(
    list,
    Int32Array.from({ length: most }, (_, index) => Math.floor((index * size) / most)),
  );
}

/** One list after the other. */
export function joinRows<T>(lists: readonly RowList<T>[]): RowList<T> {
  if (lists.length === 1) return lists[0]!;
  const starts: number[] = [];
  let size = 0;
  for (const list of lists) {
    starts.push(size);
    size += list.size;
  }
  return {
    size,
    at(index) {
      const part = starts.findLastIndex((start) => start <= index);
      return lists[part]!.at(index - starts[part]!);
    },
  };
}
