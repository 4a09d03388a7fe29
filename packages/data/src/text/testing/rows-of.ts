import type { TextRow, TextTable } from '@mdpd/core';

/** All rows of a small table. */
export function rowsOf(table: TextTable): TextRow[] {
  return Array.from({ length: table.size }, (_, index) => table.row(index));
}
