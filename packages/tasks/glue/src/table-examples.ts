/** Rows of a table as examples. */
import type { TextTable } from '@mdpd/core';
import type { TextExamples } from './text-examples.ts';

/** @param labels - of every row, in the order of `rows`; absent where they have none */
export function tableExamples(
  table: TextTable,
  columns: readonly string[],
  rows: readonly number[],
  labels?: readonly number[],
): TextExamples {
  return {
    size: rows.length,
    origin: table.origin,
    labelled: labels !== undefined,
    text: (index) => {
      const row = table.row(rows[index]!);
      return columns.map((name) => String(row[name])) as [string, string?];
    },
    label: (index) => labels![index]!,
    place: (index) => table.place(rows[index]!),
  };
}
