/** A table in memory, for tests. */
import type { TextRow, TextTable } from '@mdpd/core';

export function memoryTable(
  origin: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  classNames?: Readonly<Record<string, readonly string[]>>,
): TextTable {
  return {
    size: rows.length,
    origin,
    columns,
    ...(classNames ? { classNames } : {}),
    row: (index): TextRow => Object.fromEntries(columns.map((name, at) => [name, rows[index]![at] ?? null])),
    place: (index) => `${origin}:${index + 2}`,
  };
}
