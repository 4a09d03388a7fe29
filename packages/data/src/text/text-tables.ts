/** Parts of tables, and tables joined. */
import { MdpdError, type TextTable } from '@mdpd/core';

/** Rows from `start` up to `stop`, exclusive. */
export function sliceTable(table: TextTable, start: number, stop: number, origin: string): TextTable {
  const size = stop - start;
  if (start === 0 && size === table.size) return { ...table, origin };
  const at = (index: number): number => {
    if (!(index >= 0 && index < size)) throw new RangeError(`row ${index} of ${size}`);
    return start + index;
  };
  return {
    ...table,
    size,
    origin,
    row: (index) => table.row(at(index)),
    place: (index) => table.place(at(index)),
  };
}

/** One table after the other. Throws TEXT_COLUMNS where their columns or class names differ. */
export function joinTables(tables: readonly TextTable[], place: string | undefined): TextTable {
  const [first, ...others] = tables as [TextTable, ...TextTable[]];
  if (others.length === 0) return first;
  const describe = ({ columns, classNames }: TextTable): string => {
    const names = classNames ? `, classes ${JSON.stringify(classNames)}` : '';
    return [...columns].sort().join(', ') + names;
  };
  const different = others.find((table) => describe(table) !== describe(first));
  if (different) {
    const message = `the columns of ${different.origin} (${describe(different)}) are not those of ${first.origin}`;
    throw new MdpdError('TEXT_COLUMNS', message, { place, allowed: describe(first), exitCode: 2 });
  }
  const starts: number[] = [];
  let size = 0;
  for (const table of tables) {
    starts.push(size);
    size += table.size;
  }
  const find = (index: number): [TextTable, number] => {
    if (!(index >= 0 && index < size)) throw new RangeError(`row ${index} of ${size}`);
    const part = starts.findLastIndex((start) => start <= index);
    return [tables[part]!, index - starts[part]!];
  };
  return {
    ...first,
    size,
    origin: tables.map(({ origin }) => origin).join(' + '),
    row(index) {
      const [table, inner] = find(index);
      return table.row(inner);
    },
    place(index) {
      const [table, inner] = find(index);
      return table.place(inner);
    },
  };
}
